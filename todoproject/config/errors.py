"""The error about a wrong setting, and the ids of these errors, which are those of the system checks."""

from enum import StrEnum, unique

from django.core.exceptions import ImproperlyConfigured


@unique
class CheckID(StrEnum):
    """The id of each rule that a setting can break, or of a warning; an id never changes its meaning.

    A rule has the name of the environment variable whose value it is about, or a name of its own.
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
    DATA_NOT_DURABLE = "todoproject.W001"


class ConfigurationError(ImproperlyConfigured):
    """A setting that breaks a rule: what is wrong and what would be right, in one line that ends with the id."""

    def __init__(self, check_id: CheckID, problem: str) -> None:
        super().__init__(f"{problem} ({check_id})")
        self.check_id = check_id
        self.problem = problem
