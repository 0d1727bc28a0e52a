"""Makes an account an administrator's, without a terminal and without a password on any command line."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User


class Command(BaseCommand):
    help = "Give an account, which has signed up before, all rights in the admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Do it, also where it is so already; fail where there is no such active account."""
        changed = User.objects.filter(email=email, is_active=True).update(is_staff=True, is_superuser=True)
        if not changed:
            raise CommandError(f"{email} is no active account here: sign up first (POST /auth/signup/), then repeat.")
        self.stdout.write(f"{email} is an administrator.")
        if not settings.DURABLE:
            self.stderr.write("The data is a copy in /tmp: the account is gone at the next cold start.")
