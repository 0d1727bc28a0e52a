"""`createsuperuser` that fails without a terminal; Django's own then creates nothing, and exits with 0."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["interactive"] and not self.stdin.isatty():
            raise CommandError(
                "There is no terminal to ask for a password. Sign up and run make_admin EMAIL, or use --noinput."
            )
        super().handle(*args, **options)
