from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from testing.accounts import use_access_token, use_refresh_token
from testing.admin import log_in_as
from testing.factories import make_user
from testing.outbox import wait_for_background_tasks
from todoproject.config.rates import Rate


@pytest.fixture(autouse=True)
def finish_background_tasks() -> Iterator[None]:
    """Finish the background tasks of each test before the next one begins."""
    yield
    wait_for_background_tasks()


@pytest.fixture
def set_throttles(settings: Any, db: None) -> Callable[..., None]:
    """Set throttles: `set_throttles(login=3)` allows three logins a minute, and limits nothing else."""

    def set_rates(**limits: int) -> None:
        settings.THROTTLES = settings.THROTTLES | {scope: Rate(limit, 60) for scope, limit in limits.items()}

    return set_rates


@pytest.fixture
def browser(db: None) -> Client:
    """A browser, which must send CSRF tokens."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def admin(db: None) -> Client:
    """The browser of an administrator."""
    return log_in_as(make_user("admin@example.com", is_staff=True, is_superuser=True))


@pytest.fixture(params=["access", "refresh"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of a token; tests that use it run for both."""
    return request.param


@pytest.fixture
def use_token(kind: str) -> Callable[[str], Any]:
    """A function that sends a token to an endpoint that takes tokens of this kind."""
    return {"access": use_access_token, "refresh": use_refresh_token}[kind]


@pytest.fixture
def token_owners(db: None) -> None:
    """The user of forged tokens (id 10, version 1), and one who a careless reading of a claim would find (id 1)."""
    make_user(pk=10, token_version=1)
    make_user(pk=1, token_version=1)
