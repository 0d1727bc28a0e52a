"""System checks: the rules about settings, applied to the settings as loaded.

The settings module applies the same rules to the environment. These checks also cover the overrides of another settings
module or of a test. The ids are defined in todoproject.config.check_ids.CheckID.
"""

from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from todoproject.config import databases, mail, rules
from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.rates import require_rates
from todoproject.config.secret_key import require_strong_key

NOT_DURABLE = "The data is a copy in /tmp: it is lost with this instance, and no other instance sees it."


def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for each rule that the loaded settings break."""
    messages: list[CheckMessage] = []
    for apply_rule in RULES:
        try:
            apply_rule()
        except ConfigurationError as error:
            messages.append(Error(error.problem, id=error.check_id))
    return messages


def check_durability(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return a warning if stored data will be lost."""
    if settings.DURABLE:
        return []
    return [Warning(NOT_DURABLE, hint="Set DATABASE_URL to keep data.", id=CheckID.DATA_NOT_DURABLE)]


def require_lifetime(check_id: CheckID, lifetime: Any, unit: timedelta) -> None:
    """Apply the range of a setting that counts minutes or days to a timedelta, rounded up to the next whole unit."""
    rules.require_in_range(check_id, ceil(lifetime / unit))


# In the order of the settings module.
RULES: tuple[Callable[[], object], ...] = (
    lambda: require_strong_key(settings.SECRET_KEY, production=settings.PRODUCTION),
    lambda: rules.require_allowed_hosts(settings.ALLOWED_HOSTS, production=settings.PRODUCTION),
    lambda: rules.require_debug_off(settings.DEBUG, production=settings.PRODUCTION),
    lambda: databases.require_supported_database(settings.DATABASES["default"]),
    lambda: rules.require_durable_database(settings.DURABLE, required=settings.DATABASE_REQUIRED),
    lambda: rules.require_in_range(CheckID.TOMBSTONE_DAYS, settings.TOMBSTONE_DAYS),
    lambda: require_rates(settings.THROTTLES),
    lambda: require_lifetime(
        CheckID.ACCESS_TOKEN_MINUTES, settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"], timedelta(minutes=1)
    ),
    lambda: require_lifetime(
        CheckID.REFRESH_TOKEN_DAYS, settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"], timedelta(days=1)
    ),
    lambda: require_lifetime(CheckID.SESSION_DAYS, timedelta(seconds=settings.SESSION_COOKIE_AGE), timedelta(days=1)),
    lambda: rules.require_base_url(settings.PUBLIC_URL),
    lambda: rules.require_https(settings.PUBLIC_URL, production=settings.PRODUCTION),
    lambda: rules.require_public_url(settings.PUBLIC_URL, sends_mail=settings.SENDS_MAIL),
    lambda: mail.require_no_console_mail(settings.EMAIL_BACKEND, production=settings.PRODUCTION),
    lambda: mail.require_sender(settings.DEFAULT_FROM_EMAIL),
    lambda: rules.require_in_range(CheckID.TRUSTED_PROXIES, settings.TRUSTED_PROXIES),
    lambda: rules.require_origins(settings.CORS_ALLOWED_ORIGINS),
)
