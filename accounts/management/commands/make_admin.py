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
        """Give the rights; repeating it has no effect. Raises CommandError if no active account has the address."""
        updated = User.objects.filter(email=email, is_active=True).update(is_staff=True, is_superuser=True)
        if not updated:
            raise CommandError(
                f"No active account has the address {email}. Sign up first (POST /auth/signup/), then run this again."
            )
        self.stdout.write(f"{email} is an administrator.")
        if not settings.DURABLE:
            self.stderr.write("The database is a copy in /tmp: the account will be gone at the next cold start.")
