"""A browser that is logged in."""

import pytest
from django.test import Client

from accounts.models import User

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def logged_in(user: User) -> Client:
    """A browser with a session of `user`."""
    browser = Client(headers={"accept": HTML})
    browser.force_login(user)
    return browser
