"""Delete what has expired: tombstones of deleted todos, and browser sessions."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from todos.purge import purge


class Command(BaseCommand):
    help = "Purge todos deleted more than TOMBSTONE_DAYS days ago, and expired browser sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.TOMBSTONE_DAYS
        purged = purge(timezone.now() - timedelta(days=days))
        call_command("clearsessions")
        self.stdout.write(f"Purged {purged} todos deleted more than {days} days ago, and the expired sessions.")
