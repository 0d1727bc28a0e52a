"""Loads or generates the SECRET_KEY, and requires a strong one in production."""

import secrets
from pathlib import Path

from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.files import create_if_missing

# Django's own rule (system check security.W009): 50 characters, 5 different ones, not the template's prefix.
MINIMUM_LENGTH = 50
MINIMUM_DIFFERENT = 5
DEFAULT_PREFIX = "django-insecure-"

KEY_COMMAND_HINT = "generate one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"


def require_strong_key(key: str, *, production: bool) -> None:
    """Require a strong key in production. The error does not show the key."""
    if not production:
        return
    if not key:
        problem = f"SECRET_KEY is not set, and production needs one; {KEY_COMMAND_HINT}."
        raise ConfigurationError(CheckID.SECRET_KEY, problem)
    if key.startswith(DEFAULT_PREFIX) or len(key) < MINIMUM_LENGTH or len(set(key)) < MINIMUM_DIFFERENT:
        raise ConfigurationError(
            CheckID.SECRET_KEY,
            f"SECRET_KEY is a default, or shorter than {MINIMUM_LENGTH} characters, or has fewer than "
            f"{MINIMUM_DIFFERENT} different ones; {KEY_COMMAND_HINT}.",
        )


def load_or_create_key(path: Path) -> str:
    """Return the key that is stored in a file, which the first call creates with mode 600.

    All processes share the key, even if they start at the same time, so tokens and sessions survive restarts.
    """
    if not path.exists():
        try:
            create_if_missing(path, secrets.token_urlsafe(50).encode())
        except OSError as error:
            problem = f"No key can be stored in {path} ({error.strerror}); set SECRET_KEY."
            raise ConfigurationError(CheckID.SECRET_KEY, problem) from error
    key = path.read_text().strip()
    if len(key) < MINIMUM_LENGTH:
        problem = f"{path} does not contain a key of {MINIMUM_LENGTH} characters; delete the file to generate one."
        raise ConfigurationError(CheckID.SECRET_KEY, problem)
    return key
