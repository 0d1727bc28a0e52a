"""Concurrent writes to the two processes of a real server."""

import random
import time
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from testing.concurrency import run_concurrently
from testing.races import Rounds, create_todo, fetch_changes_from, user_revision, user_tokens, with_random_delay
from testing.server import Server

# Writes


def test_todos_created_by_eight_threads_are_all_kept(server: Server, rounds: Rounds) -> None:
    token, count = server.sign_up(), rounds(8, 25)

    def create() -> list[int]:
        return [server.call("POST", "/todos/", {"title": f"{n}"}, token=token).status for n in range(count)]

    statuses = [status for created in run_concurrently([create] * 8) for status in created]
    todos = server.call("GET", "/todos/", token=token).json()
    assert statuses == [201] * 8 * count
    assert sorted(todo["revision"] for todo in todos) == list(range(1, 8 * count + 1))
    assert user_revision(server, token) == 8 * count


def test_concurrent_patches_of_title_and_status_are_both_kept(server: Server, rounds: Rounds) -> None:
    for n, token in enumerate(user_tokens(server, rounds(20, 10_000))):
        path, _ = create_todo(server, token)
        bodies = [{"title": f"{n}"}, {"status": "completed"}]
        responses = run_concurrently([partial(server.call, "PATCH", path, body, token=token) for body in bodies])
        assert [response.status for response in responses] == [202, 202]
        todo = server.call("GET", path, token=token).json()
        assert (todo["title"], todo["status"]) == (f"{n}", "completed")


def test_concurrent_patch_never_revives_a_deleted_todo(server: Server, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(20, 10_000)):
        path, _ = create_todo(server, token)
        calls = [
            partial(server.call, "PATCH", path, {"title": "y"}, token=token),
            partial(server.call, "DELETE", path, token=token),
        ]
        patch, delete = run_concurrently(calls)
        assert patch.status in (202, 404)
        assert delete.status == 204
        assert server.call("GET", path, token=token).status == 404


def test_concurrent_deletes_raise_the_revision_once(server: Server, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(5, 50)):
        path, created = create_todo(server, token)
        responses = run_concurrently([partial(server.call, "DELETE", path, token=token)] * 8)
        assert [response.status for response in responses] == [204] * 8
        assert user_revision(server, token) == created["revision"] + 1


def test_concurrent_patches_of_one_field_get_a_revision_each_and_the_last_one_stays(
    server: Server, rounds: Rounds
) -> None:
    for token in user_tokens(server, rounds(15, 10_000)):
        path, created = create_todo(server, token)
        patches = [partial(server.call, "PATCH", path, {"title": title}, token=token) for title in "abcd"]
        todos = [response.json() for response in run_concurrently(patches)]
        assert sorted(todo["revision"] - created["revision"] for todo in todos) == [1, 2, 3, 4]
        assert server.call("GET", path, token=token).json() == max(todos, key=lambda todo: todo["revision"])


def test_bulk_patch_changes_all_or_reports_the_deleted_todo(server: Server, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(20, 10_000)):
        created = server.call("POST", "/todos/", [{"title": "x"}] * 3, token=token).json()
        items = [{"id": todo["id"], "title": "y"} for todo in created]
        patch = partial(server.call, "PATCH", "/todos/", items, token=token)
        delete = partial(server.call, "DELETE", f"/todos/{created[1]['id']}/", token=token)
        patched, deleted = run_concurrently([patch, with_random_delay(delete)])
        if patched.status == 400:
            assert [error["attr"] for error in patched.json()["errors"]] == ["1.id"]
        assert (patched.status, deleted.status) in [(202, 204), (400, 204)]
        changes = fetch_changes_from(server, token, created[-1]["revision"])
        assert changes[-1]["id"] == created[1]["id"]
        assert changes[-1]["deleted"]
        assert [row.get("title") for row in changes] == (["y", "y", None] if patched.status == 202 else [None])


@pytest.mark.parametrize("condition", ["If-Match", "revision"])
def test_exactly_one_of_concurrent_writes_with_the_same_condition_succeeds(
    server: Server, rounds: Rounds, condition: str
) -> None:
    for token in user_tokens(server, rounds(8, 5_000)):
        path, created = create_todo(server, token)
        revision = {"revision": created["revision"]} if condition == "revision" else {}
        headers = {"If-Match": f'"{created["revision"]}"'} if condition == "If-Match" else {}
        bodies = [{"title": title, **revision} for title in "abcdefgh"]
        patches = [partial(server.call, "PATCH", path, body, token=token, **headers) for body in bodies]
        responses = run_concurrently(patches)
        assert sorted(response.status for response in responses) == [202] + [412] * 7
        todo = server.call("GET", path, token=token).json()
        assert [response.json() for response in responses] == [todo] * 8


# Sync


def write_for(server: Server, token: str, seconds: float) -> None:
    """Create, change, delete and restore todos at random for some seconds."""
    end, paths = time.monotonic() + seconds, [create_todo(server, token)[0]]
    while time.monotonic() < end:
        path, kind = random.choice(paths), random.random()  # noqa: S311
        if kind < 0.3:
            paths.append(create_todo(server, token)[0])
        elif kind < 0.7:
            server.call("PATCH", path, {"title": uuid4().hex}, token=token)
        elif kind < 0.9:
            server.call("DELETE", path, token=token)
        else:
            server.call("POST", f"{path}restore/", token=token)


def poll(server: Server, token: str, copy: dict[int, Any], since: int, query: str = "") -> int:
    """Apply the changes since a revision to a copy of the todos; return the `since` of the next call."""
    response = server.call("GET", f"/todos/?since={since}{query}", token=token)
    assert response.status == 200
    for row in response.json():
        assert row["revision"] > since
        copy[row["id"]] = None if row.get("deleted") else row
    return int(response.headers["X-Revision"])


def poll_for(server: Server, token: str, copy: dict[int, Any], seconds: float, query: str) -> int:
    """Keep a copy of the todos up to date for some seconds; return the last `since`."""
    end, since = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        since = poll(server, token, copy, since, query)
    return since


@pytest.mark.parametrize("query", ["", "&limit=3"], ids=["whole", "pages"])
def test_client_that_polls_during_writes_ends_up_with_the_list(server: Server, rounds: Rounds, query: str) -> None:
    token, seconds, copy = server.sign_up(), rounds(1, 10), dict[int, Any]()
    writers = [partial(write_for, server, token, seconds)] * 8
    *_, since = run_concurrently([*writers, partial(poll_for, server, token, copy, seconds, query)])
    while since != (since := poll(server, token, copy, since, query)):
        pass
    live = [copy[number] for number in sorted(copy) if copy[number]]
    assert live == server.call("GET", "/todos/", token=token).json()
    assert since == user_revision(server, token)
