"""`manage.py migrate`, which refuses to change a temporary copy of the database."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

REFUSAL = (
    "This database is a copy in /tmp: its migrations are lost with this instance. "
    "Deploy a new package (zappa update), which contains a migrated database, or set DATABASE_URL."
)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DURABLE:
            super().handle(*args, **options)
            return
        try:
            super().handle(*args, **options | {"check_unapplied": True})
        except SystemExit:  # There are unapplied migrations.
            raise CommandError(REFUSAL) from None
        self.stdout.write("No migrations to apply.")
