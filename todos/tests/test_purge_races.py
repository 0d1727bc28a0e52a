"""Restores and syncs while a purge runs."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from testing.concurrency import run_concurrently
from testing.purging import purge_process
from testing.races import Rounds, delete_todos, fetch_changes_from, user_tokens, with_random_delay
from testing.server import Server
from testing.todo_rows import tomorrow

Purge = Callable[[], int]

pytestmark = pytest.mark.in_process("purges the database of its own server")


@pytest.fixture(scope="module")
def purge(server: Server) -> Iterator[Purge]:
    """Purge all tombstones of the server's database, and return their number."""
    with purge_process(server) as purge_before:
        purge_before(tomorrow())  # The tombstones of other tests.
        yield lambda: purge_before(tomorrow())


def test_todo_is_either_restored_or_purged(server: Server, purge: Purge, rounds: Rounds) -> None:
    outcomes, count = set(), rounds(12, 10_000)
    for number, token in enumerate(user_tokens(server, count)):
        tombstones = delete_todos(server, token, 4)
        paths = [f"/todos/{todo['id']}/" for todo in tombstones]
        restores = [partial(server.call, "POST", f"{path}restore/", token=token) for path in paths]
        # In the first rounds the purge comes first, in the last ones mostly the restores.
        *restored, purged = run_concurrently([*restores, with_random_delay(purge, 0.03 * number / count)])
        statuses = [response.status for response in restored]
        assert statuses.count(404) == purged
        assert set(statuses) <= {200, 404}
        outcomes |= set(statuses)
        check_restored_or_purged(server, token, tombstones, statuses)
    assert outcomes == {200, 404}


def check_restored_or_purged(server: Server, token: str, tombstones: list[dict[str, Any]], statuses: list[int]) -> None:
    """Check that later calls agree with the status of each restore, and that a sync from before a purge gets 410."""
    for todo, status in zip(tombstones, statuses, strict=True):
        path = f"/todos/{todo['id']}/"
        assert server.call("GET", path, token=token).status == status
        assert server.call("POST", f"{path}restore/", token=token).status == status
        if status == 404:
            before = f"/todos/?since={todo['revision'] - 1}"
            assert server.call("GET", before, token=token).status == 410
    restored = [todo["id"] for todo, status in zip(tombstones, statuses, strict=True) if status == 200]
    ids = {todo["id"] for todo in tombstones}
    assert sorted(row["id"] for row in fetch_changes_from(server, token) if row["id"] in ids) == restored


def test_sync_during_a_purge_returns_every_deletion_or_410(server: Server, purge: Purge, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(20, 10_000)):
        tombstones = delete_todos(server, token, 2)
        read = partial(server.call, "GET", f"/todos/?since={tombstones[0]['revision'] - 1}", token=token)
        *responses, purged = run_concurrently([*[read] * 4, with_random_delay(purge)])
        assert purged == 2
        assert all(response.status == 410 or response.json() == tombstones for response in responses)
