"""Todos on a real server, for tests of concurrent calls."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from testing.server import Server

Rounds = Callable[[int, int], int]  # The fixture `rounds`.

# A token expires after 15 minutes, and an account's list should stay short.
ROUNDS_PER_ACCOUNT = 500


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
    """Create and delete this many todos; return their tombstones."""
    created = server.call("POST", "/todos/", [{"title": "x", "status": "completed"}] * count, token=token)
    server.call("DELETE", "/todos/?status=completed", token=token)
    return fetch_changes_from(server, token, int(created.headers["X-Revision"]))


def fetch_changes_from(server: Server, token: str, since: int = 0) -> list[dict[str, Any]]:
    """Read the changes after a revision."""
    return server.call("GET", f"/todos/?since={since}", token=token).json()


def user_revision(server: Server, token: str) -> int:
    """Read the user's revision."""
    return server.call("GET", "/auth/me/", token=token).json()["revision"]


def with_random_delay(call: Callable[[], Any], seconds: float = 0.01) -> Callable[[], Any]:
    """Return a call that waits for a random time first, so that it meets every phase of a slower call."""

    def wait_and_call() -> Any:
        time.sleep(random.random() * seconds)  # noqa: S311
        return call()

    return wait_and_call
