"""Django's `createsuperuser`, which fails where it can ask nobody; Django's own does nothing there and succeeds."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["interactive"] and not self.stdin.isatty():
            raise CommandError("There is no terminal to ask for a password: sign up, then run make_admin EMAIL.")
        super().handle(*args, **options)
