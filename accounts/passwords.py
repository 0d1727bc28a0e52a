"""Password hashing with Argon2id, and the maximum length of a password."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

MAX_LENGTH = 128


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, 2 passes and 1 lane, as OWASP's Password Storage Cheat Sheet recommends.

    Django's default takes 100 MiB for each hash, too much for a small Lambda function.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class MaximumLengthValidator:
    """Refuses passwords over 128 characters, so that hashing stays cheap."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                f"This password is too long. It must contain at most {MAX_LENGTH} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password must contain at most {MAX_LENGTH} characters."
