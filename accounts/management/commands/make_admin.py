"""Makes an existing account an administrator, without a terminal and without a password on the command line."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User


class Command(BaseCommand):
    help = "Make an existing account an administrator: give it all rights in the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Give the rights, also to an administrator. Raises CommandError if there is no such active account."""
        updated = User.objects.filter(email=email, is_active=True).update(is_staff=True, is_superuser=True)
        if not updated:
            raise CommandError(
                f"There is no active account {email} here. Sign up first (POST /auth/signup/), then run this again."
            )
        self.stdout.write(f"{email} is an administrator.")
        if not settings.DURABLE:
            self.stderr.write("The database is a copy in /tmp: the account will be gone at the next cold start.")
