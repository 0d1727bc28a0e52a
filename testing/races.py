"""Todos of a real server, for tests of what happens at the same moment."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from testing.server import Server

Rounds = Callable[[int, int], int]  # The fixture `rounds`.

# A token lives 15 minutes, and an account's list should stay short.
ROUNDS_PER_ACCOUNT = 500

# Purges all tombstones each time that it reads a line, and prints their number.
PURGE_PROGRAM = """
import sys
from datetime import timedelta
import django
from django.utils import timezone
django.setup()
from todos.purge import purge
for _ in sys.stdin:
    print(purge(timezone.now() + timedelta(days=1)), flush=True)
"""


def user_tokens(server: Server, count: int) -> Iterator[str]:
    """Yield an access token for each round; a new user signs up every 500 rounds."""
    for number in range(count):
        if number % ROUNDS_PER_ACCOUNT == 0:
            token = server.sign_up()
        yield token


def create_todo(server: Server, token: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """Create a todo; return its path and its representation."""
    todo = server.call("POST", "/todos/", {"title": "x"} | values, token=token).json()
    return f"/todos/{todo['id']}/", todo


def delete_todos(server: Server, token: str, count: int) -> list[dict[str, Any]]:
    """Create and delete so many todos; return their tombstones."""
    created = server.call("POST", "/todos/", [{"title": "x", "status": "completed"}] * count, token=token)
    server.call("DELETE", "/todos/?status=completed", token=token)
    return fetch_changes_from(server, token, int(created.headers["X-Revision"]))


def fetch_changes_from(server: Server, token: str, since: int = 0) -> list[dict[str, Any]]:
    """Read what changed after a revision."""
    return server.call("GET", f"/todos/?since={since}", token=token).json()


def user_revision(server: Server, token: str) -> int:
    """Read the user's revision."""
    return server.call("GET", "/auth/me/", token=token).json()["revision"]


def delayed_randomly(call: Callable[[], Any], seconds: float = 0.01) -> Callable[[], Any]:
    """Return the call with a random delay in front, so that it meets a slower call at every moment."""

    def wait_and_call() -> Any:
        time.sleep(random.random() * seconds)  # noqa: S311
        return call()

    return wait_and_call


@contextmanager
def purging(server: Server) -> Iterator[Callable[[], int]]:
    """Start a process that purges all tombstones of the server's database each time that the yielded function runs."""
    environment = server.environment | {"DJANGO_SETTINGS_MODULE": "todoproject.settings"}
    command, pipe = [sys.executable, "-c", PURGE_PROGRAM], subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as process:

        def purge() -> int:
            print(file=process.stdin)
            return int(process.stdout.readline())  # type: ignore[union-attr]

        purge()  # The tombstones of other tests.
        yield purge
