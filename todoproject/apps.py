"""Registers the system checks, and warns at the start if data is not durable."""

import logging
import warnings

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register

from todoproject.config.optional_imports import import_rest_framework, import_signals_of_tests

# Before any other module imports them.
import_rest_framework()
import_signals_of_tests()

from todoproject import checks  # noqa: E402

logger = logging.getLogger(__name__)


class TodoProjectConfig(AppConfig):
    name = "todoproject"

    def ready(self) -> None:
        # WhiteNoise's warning about STATIC_ROOT: `collectstatic` need not have run.
        warnings.filterwarnings("ignore", "No directory at", UserWarning)
        register(checks.check_settings)
        register(checks.check_durability)
        if not settings.DURABLE:
            logger.warning(checks.NOT_DURABLE)
