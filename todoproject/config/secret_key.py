"""The SECRET_KEY: from the environment in production; elsewhere generated once and kept in a file."""

import secrets
from pathlib import Path

from todoproject.config.errors import CheckID, ConfigurationError
from todoproject.config.files import create_if_missing

# Django's own rule (system check security.W009): 50 characters, 5 different ones, not the template's prefix.
MINIMUM_LENGTH = 50
MINIMUM_DIFFERENT = 5
DEFAULT_PREFIX = "django-insecure-"

HOW_TO_MAKE_ONE = "python -c 'import secrets; print(secrets.token_urlsafe(50))' prints a good one"


def require_strong_key(key: str, *, production: bool) -> None:
    """Require a key that is fit for production. The error does not show it."""
    if not production:
        return
    if not key:
        problem = f"SECRET_KEY is not set. Production needs one of its own; {HOW_TO_MAKE_ONE}."
        raise ConfigurationError(CheckID.SECRET_KEY, problem)
    if key.startswith(DEFAULT_PREFIX) or len(key) < MINIMUM_LENGTH or len(set(key)) < MINIMUM_DIFFERENT:
        raise ConfigurationError(
            CheckID.SECRET_KEY,
            f"SECRET_KEY is a default, or shorter than {MINIMUM_LENGTH} characters, or has fewer than "
            f"{MINIMUM_DIFFERENT} different ones; {HOW_TO_MAKE_ONE}.",
        )


def load_or_create_key(path: Path) -> str:
    """Return the key kept in a file, which the first call creates with mode 600.

    The key is never random per process: tokens and sessions hold across workers and restarts. Processes that start at
    once agree on one key.
    """
    if not path.exists():
        try:
            create_if_missing(path, secrets.token_urlsafe(50).encode())
        except OSError as error:
            problem = f"No key can be kept in {path} ({error.strerror}); set SECRET_KEY."
            raise ConfigurationError(CheckID.SECRET_KEY, problem) from error
    key = path.read_text().strip()
    if len(key) < MINIMUM_LENGTH:
        problem = f"{path} holds no key of {MINIMUM_LENGTH} characters; delete it for a new one."
        raise ConfigurationError(CheckID.SECRET_KEY, problem)
    return key
