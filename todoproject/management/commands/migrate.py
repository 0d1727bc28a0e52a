"""Django's `migrate`, which refuses to change a copy that goes away."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

REFUSAL = (
    "This database is a copy in /tmp: what is migrated here is gone with this instance. "
    "Deploy a new package (zappa update), which carries a migrated one, or set DATABASE_URL."
)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DURABLE:
            super().handle(*args, **options)
            return
        try:
            super().handle(*args, **options | {"check_unapplied": True})
        except SystemExit:  # There is something to apply.
            raise CommandError(REFUSAL) from None
        self.stdout.write("Nothing is pending.")
