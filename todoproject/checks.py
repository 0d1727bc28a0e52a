"""The project's own system checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

NOT_DURABLE = "The data is a copy in /tmp: it goes away with this instance, and no other instance sees it."


def durable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001: what is stored will be lost."""
    if settings.DURABLE:
        return []
    return [Warning(NOT_DURABLE, hint="Set DATABASE_URL to keep data.", id="todoproject.W001")]
