"""The id of each rule about settings, which is that of its system check, and the error that carries it."""

from enum import StrEnum, unique

from django.core.exceptions import ImproperlyConfigured


@unique
class CheckID(StrEnum):
    """The id of each rule about settings, and of each warning. The meaning of an id never changes.

    A member is named after its environment variable, or after its rule if the variable has several.
    """

    SECRET_KEY = "todoproject.E001"  # noqa: S105 (not a key)
    ALLOWED_HOSTS = "todoproject.E002"
    DEBUG = "todoproject.E003"
    DATABASE_URL = "todoproject.E004"
    DATABASE_REQUIRED = "todoproject.E005"
    TOMBSTONE_DAYS = "todoproject.E006"
    THROTTLES = "todoproject.E007"
    ACCESS_TOKEN_MINUTES = "todoproject.E008"  # noqa: S105 (not a token)
    REFRESH_TOKEN_DAYS = "todoproject.E009"  # noqa: S105 (not a token)
    SESSION_DAYS = "todoproject.E010"
    PUBLIC_URL = "todoproject.E011"
    PUBLIC_URL_NOT_HTTPS = "todoproject.E012"
    PUBLIC_URL_MISSING = "todoproject.E013"
    EMAIL_URL = "todoproject.E014"
    DEFAULT_FROM_EMAIL = "todoproject.E015"
    TRUSTED_PROXIES = "todoproject.E016"
    CORS_ALLOWED_ORIGINS = "todoproject.E017"
    PRODUCTION = "todoproject.E018"
    HOST = "todoproject.E019"
    PORT = "todoproject.E020"
    KEEP_ALIVE_SECONDS = "todoproject.E021"
    TOKEN_LEEWAY_SECONDS = "todoproject.E022"  # noqa: S105 (not a token)
    DATA_NOT_DURABLE = "todoproject.W001"


class ConfigurationError(ImproperlyConfigured):
    """Raised for a setting that breaks a rule. Its message is one line: the problem, the fix and the check id."""

    def __init__(self, check_id: CheckID, problem: str) -> None:
        super().__init__(f"{problem} ({check_id})")
        self.check_id = check_id
        self.problem = problem
