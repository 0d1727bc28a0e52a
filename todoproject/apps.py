"""What is said at the start of every process."""

import logging

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register

from todoproject import checks

logger = logging.getLogger(__name__)


class TodoProjectConfig(AppConfig):
    name = "todoproject"

    def ready(self) -> None:
        register(checks.durable)
        if not settings.DURABLE:
            logger.warning(checks.NOT_DURABLE)
