"""The SECRET_KEY: from the environment in production, else generated once and kept."""

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from todoproject.config.files import create_once

# Django's own rule (system check security.W009): 50 characters, 5 different ones, not the template's prefix.
MINIMUM_LENGTH = 50
MINIMUM_DIFFERENT = 5
DEFAULT_PREFIX = "django-insecure-"

HOW_TO_MAKE_ONE = "python -c 'import secrets; print(secrets.token_urlsafe(50))' prints a good one"


def checked_key(key: str) -> str:
    """Return the key that production is to use, or say what is wrong with it."""
    if not key:
        raise ImproperlyConfigured(f"SECRET_KEY is not set. Production needs one of its own; {HOW_TO_MAKE_ONE}.")
    if key.startswith(DEFAULT_PREFIX) or len(key) < MINIMUM_LENGTH or len(set(key)) < MINIMUM_DIFFERENT:
        raise ImproperlyConfigured(
            f"SECRET_KEY is a default, or shorter than {MINIMUM_LENGTH} characters, or has fewer than "
            f"{MINIMUM_DIFFERENT} different ones; {HOW_TO_MAKE_ONE}."
        )
    return key


def load_or_create_key(path: Path) -> str:
    """Return the key kept in a file, made at the first call with mode 600.

    Never random per process: tokens and sessions hold across workers and restarts.
    Processes that start at once agree on one key.
    """
    if not path.exists():
        try:
            create_once(path, secrets.token_urlsafe(50).encode())
        except OSError as error:
            raise ImproperlyConfigured(f"No key can be kept in {path} ({error.strerror}); set SECRET_KEY.") from error
    key = path.read_text().strip()
    if len(key) < MINIMUM_LENGTH:
        raise ImproperlyConfigured(f"{path} holds no key of {MINIMUM_LENGTH} characters; delete it for a new one.")
    return key
