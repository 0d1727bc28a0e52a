"""`createsuperuser` that never creates an account without a password, or without a terminal nothing with exit 0."""

import os
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

PASSWORD_VARIABLE = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105 (Django's name of the variable)


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["interactive"]:
            self.require_password(os.environ.get(PASSWORD_VARIABLE, ""))
        elif not self.stdin.isatty():
            raise CommandError(
                "There is no terminal to ask for a password. Sign up and run make_admin EMAIL, or use --noinput."
            )
        super().handle(*args, **options)

    def require_password(self, password: str) -> None:
        """Raise CommandError for a password that is missing, which Django accepts, or breaks a rule."""
        if not password:
            raise CommandError(f"Set {PASSWORD_VARIABLE}: nobody could use an account without a password.")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(f"{PASSWORD_VARIABLE}: {' '.join(error.messages)}") from None
