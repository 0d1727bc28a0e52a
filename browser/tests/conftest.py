"""Fixtures of the tests in a browser."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command

from testing.browser import Visitor, start_chromium
from testing.passwords import PASSWORD
from testing.server import APICaller

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Playwright has an event loop in this thread, where Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    with start_chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium: "Browser", server: APICaller) -> Iterator[Callable[..., Visitor]]:
    """Return a function that starts a visitor with options of the browser, such as `java_script_enabled=False`."""
    visitors: list[Visitor] = []

    def start(**options: Any) -> Visitor:
        visitors.append(Visitor(chromium, server, **options))
        return visitors[-1]

    yield start
    for visitor in visitors:
        visitor.leave()


@pytest.fixture
def email(server: APICaller) -> str:
    """The e-mail address of a new account, whose password is PASSWORD."""
    address = f"{uuid4().hex}@example.com"
    assert server.call("POST", "/auth/signup/", {"email": address, "password": PASSWORD}).status == 200
    return address


@pytest.fixture
def staff_email(email: str, server: Any) -> str:
    """The e-mail address of a new administrator, whose password is PASSWORD."""
    command = ["make_admin", email]
    if hasattr(server, "environment"):  # A server with its own database.
        arguments = [sys.executable, "manage.py", *command]
        subprocess.run(arguments, cwd=settings.BASE_DIR, env=server.environment, check=True)  # noqa: S603
    else:
        call_command(*command)
    return email
