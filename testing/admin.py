"""Browsers of staff in the admin."""

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from testing.factories import make_user


def log_in_as(user: User) -> Client:
    """Return a browser that is logged in as a user."""
    browser = Client()
    browser.force_login(user)
    return browser


def log_in_staff(*permissions: str) -> Client:
    """Return the browser of a new member of staff with these permissions only, such as `change_user`."""
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return log_in_as(staff)
