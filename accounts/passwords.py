"""How passwords are bounded and hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

MAXIMUM_LENGTH = 128


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with the first parameters that OWASP's Password Storage Cheat Sheet names for little memory.

    19 MiB, 2 passes, 1 lane. Django's default takes 100 MiB a hash, too much for a small Lambda.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class MaximumLengthValidator:
    """At most 128 characters: nobody types more, and a hash is not to be fed megabytes."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MAXIMUM_LENGTH:
            raise ValidationError(
                f"This password is too long. It must contain at most {MAXIMUM_LENGTH} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password must contain at most {MAXIMUM_LENGTH} characters."
