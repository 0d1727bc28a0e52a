"""Forgets what is over: deleted todos after 30 days, and browser sessions that have expired."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from todos.purge import purge


class Command(BaseCommand):
    help = "Delete the tombstones of todos deleted long enough ago (TOMBSTONE_DAYS), and expired browser sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.TOMBSTONE_DAYS
        purged = purge(timezone.now() - timedelta(days=days))
        call_command("clearsessions")
        self.stdout.write(f"Forgotten: {purged} todos deleted over {days} days ago, and the expired sessions.")
