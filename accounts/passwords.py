"""Password hashing with Argon2id, the form in which passwords are compared, and their maximum length."""

import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

MAX_LENGTH = 128


def normalize_password(password: str) -> str:
    """Return the password in NFKC, so that it does not matter how a keyboard composes a character.

    NIST SP 800-63B-4, 3.1.1.2, says to normalise by NFKC or NFKD before hashing. Lengths count the result.
    """
    return unicodedata.normalize("NFKC", password)


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, 2 passes and 1 lane, as OWASP's Password Storage Cheat Sheet recommends.

    Django's default takes 100 MiB for each hash, too much for a small Lambda function.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash the normal form of a password. `User.check_password` compares with it."""
        return super().encode(normalize_password(password), salt)


class MaximumLengthValidator:
    """Refuses passwords over 128 characters, so that hashing stays cheap."""

    def validate(self, password: str, user: object = None) -> None:
        if len(normalize_password(password)) > MAX_LENGTH:
            raise ValidationError(
                f"This password is too long. It must contain at most {MAX_LENGTH} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password must contain at most {MAX_LENGTH} characters."
