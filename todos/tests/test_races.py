"""Writes at the same moment, over the two processes of the real server."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from testing.concurrency import run_concurrently
from testing.server import Answer, Server
from todoproject.config.databases import SQLITE, parse_database_url

Rounds = Callable[[int, int], int]

# An account is used for so many rounds: its token lives 15 minutes, and its list stays short.
ROUNDS_AN_ACCOUNT = 500


def tokens(server: Server, count: int) -> Iterator[str]:
    """Yield an access token for each round."""
    for number in range(count):
        if number % ROUNDS_AN_ACCOUNT == 0:
            token = server.sign_up()
        yield token


def make(server: Server, token: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """Make a todo; return its path and itself."""
    todo = server.call("POST", "/todos/", {"title": "x"} | values, token=token).json()
    return f"/todos/{todo['id']}/", todo


def jittered(call: Callable[[], Any], seconds: float = 0.01) -> Callable[[], Any]:
    """Put a call off a little, now more and now less, so that it meets every moment of a slower one."""

    def put_off() -> Any:
        time.sleep(random.random() * seconds)  # noqa: S311
        return call()

    return put_off


def changes(server: Server, token: str, since: int = 0) -> list[dict[str, Any]]:
    return server.call("GET", f"/todos/?since={since}", token=token).json()


# Lost and resurrected


def test_creates_from_eight_threads_all_arrive(server: Server) -> None:
    token = server.sign_up()

    def create() -> list[int]:
        return [server.call("POST", "/todos/", {"title": f"{n}"}, token=token).status for n in range(25)]

    statuses = [status for each in run_concurrently([create] * 8) for status in each]
    todos = server.call("GET", "/todos/", token=token).json()
    assert statuses == [201] * 200
    assert sorted(todo["revision"] for todo in todos) == list(range(1, 201))
    assert server.call("GET", "/auth/me/", token=token).json()["revision"] == 200


def test_a_patch_of_the_title_and_one_of_the_status_are_both_kept(server: Server, rounds: Rounds) -> None:
    for n, token in enumerate(tokens(server, rounds(100, 10_000))):
        path, _ = make(server, token)
        bodies = [{"title": f"{n}"}, {"status": "completed"}]
        answers = run_concurrently([partial(server.call, "PATCH", path, body, token=token) for body in bodies])
        assert [answer.status for answer in answers] == [202, 202]
        todo = server.call("GET", path, token=token).json()
        assert (todo["title"], todo["status"]) == (f"{n}", "completed")


def test_a_patch_never_brings_a_deleted_todo_back(server: Server, rounds: Rounds) -> None:
    for token in tokens(server, rounds(100, 10_000)):
        path, _ = make(server, token)
        calls = [
            partial(server.call, "PATCH", path, {"title": "y"}, token=token),
            partial(server.call, "DELETE", path, token=token),
        ]
        patch, delete = run_concurrently(calls)
        assert patch.status in (202, 404)
        assert delete.status == 204
        assert server.call("GET", path, token=token).status == 404


def test_a_todo_is_deleted_once_however_many_delete_it(server: Server, rounds: Rounds) -> None:
    token = server.sign_up()
    for _ in range(rounds(5, 50)):
        made = server.call("POST", "/todos/", {"title": "x"}, token=token).json()
        answers = run_concurrently([partial(server.call, "DELETE", f"/todos/{made['id']}/", token=token)] * 8)
        assert [answer.status for answer in answers] == [204] * 8
        assert server.call("GET", "/auth/me/", token=token).json()["revision"] == made["revision"] + 1


def test_patches_of_one_field_leave_the_last_ones_value_and_a_revision_each(server: Server, rounds: Rounds) -> None:
    for token in tokens(server, rounds(100, 10_000)):
        path, made = make(server, token)
        patches = [partial(server.call, "PATCH", path, {"title": title}, token=token) for title in "abcd"]
        answers = [answer.json() for answer in run_concurrently(patches)]
        assert sorted(answer["revision"] - made["revision"] for answer in answers) == [1, 2, 3, 4]
        assert server.call("GET", path, token=token).json() == max(answers, key=lambda todo: todo["revision"])


def test_a_bulk_patch_changes_all_or_says_which_one_is_deleted(server: Server, rounds: Rounds) -> None:
    for token in tokens(server, rounds(100, 10_000)):
        made = server.call("POST", "/todos/", [{"title": "x"}] * 3, token=token).json()
        items = [{"id": todo["id"], "title": "y"} for todo in made]
        patch = partial(server.call, "PATCH", "/todos/", items, token=token)
        delete = partial(server.call, "DELETE", f"/todos/{made[1]['id']}/", token=token)
        patched, deleted = run_concurrently([patch, jittered(delete)])
        if patched.status == 400:
            assert [error["attr"] for error in patched.json()["errors"]] == ["1.id"]
        assert (patched.status, deleted.status) in [(202, 204), (400, 204)]
        told = changes(server, token, made[-1]["revision"])
        assert told[-1]["id"] == made[1]["id"]
        assert told[-1]["deleted"]
        assert [row.get("title") for row in told] == (["y", "y", None] if patched.status == 202 else [None])


# Conditions


@pytest.mark.parametrize("where", ["If-Match", "revision"])
def test_of_writes_with_one_condition_exactly_one_succeeds(server: Server, rounds: Rounds, where: str) -> None:
    for token in tokens(server, rounds(50, 5_000)):
        path, made = make(server, token)
        said = {"revision": made["revision"]} if where == "revision" else {}
        headers = {"If-Match": f'"{made["revision"]}"'} if where == "If-Match" else {}
        patches = [partial(server.call, "PATCH", path, said | {"title": t}, token=token, **headers) for t in "abcdefgh"]
        answers = run_concurrently(patches)
        assert sorted(answer.status for answer in answers) == [202] + [412] * 7
        todo = server.call("GET", path, token=token).json()
        assert [answer.json() for answer in answers] == [todo] * 8


# Sync


def write_for(server: Server, token: str, seconds: float) -> None:
    """Create, change, delete and restore todos, now one and now several."""
    end, paths = time.monotonic() + seconds, [make(server, token)[0]]
    while time.monotonic() < end:
        path, kind = random.choice(paths), random.random()  # noqa: S311
        if kind < 0.3:
            paths.append(make(server, token)[0])
        elif kind < 0.7:
            server.call("PATCH", path, {"title": uuid4().hex}, token=token)
        elif kind < 0.9:
            server.call("DELETE", path, token=token)
        else:
            server.call("POST", f"{path}restore/", token=token)


def poll(server: Server, token: str, copy: dict[int, Any], since: int, query: str = "") -> int:
    """Bring a copy of the todos up to date by one call, and return what to pass next time."""
    answer = server.call("GET", f"/todos/?since={since}{query}", token=token)
    assert answer.status == 200
    for row in answer.json():
        assert row["revision"] > since
        copy[row["id"]] = None if row.get("deleted") else row
    return int(answer.headers["X-Revision"])


def poll_for(server: Server, token: str, copy: dict[int, Any], seconds: float, query: str) -> int:
    end, since = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        since = poll(server, token, copy, since, query)
    return since


@pytest.mark.parametrize("query", ["", "&limit=3"], ids=["whole", "pages"])
def test_a_poller_has_exactly_the_list_whatever_is_written_meanwhile(
    server: Server, rounds: Rounds, query: str
) -> None:
    token, seconds, copy = server.sign_up(), rounds(3, 10), dict[int, Any]()
    writers = [partial(write_for, server, token, seconds)] * 8
    *_, since = run_concurrently([*writers, partial(poll_for, server, token, copy, seconds, query)])
    while since != (since := poll(server, token, copy, since, query)):
        pass
    live = [copy[number] for number in sorted(copy) if copy[number]]
    assert live == server.call("GET", "/todos/", token=token).json()
    assert since == server.call("GET", "/auth/me/", token=token).json()["revision"]


# Purge

# Forgets all tombstones each time that it is told to, and says how many.
PURGE = """
import sys
from datetime import timedelta
import django
from django.utils import timezone
django.setup()
from todos.purge import purge
for _ in sys.stdin:
    print(purge(timezone.now() + timedelta(days=1)), flush=True)
"""


@contextmanager
def purging(server: Server) -> Iterator[Callable[[], int]]:
    """Start a process that purges the server's database as if long after, each time that it is called."""
    environment = server.environment | {"DJANGO_SETTINGS_MODULE": "todoproject.settings"}
    command, pipe = [sys.executable, "-c", PURGE], subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as process:

        def purge() -> int:
            print(file=process.stdin)
            return int(process.stdout.readline())  # type: ignore[union-attr]

        purge()  # What other tests have left.
        yield purge


def deleted_todos(server: Server, token: str, count: int) -> list[dict[str, Any]]:
    """Make todos and delete them; return their tombstones."""
    made = server.call("POST", "/todos/", [{"title": "x", "status": "completed"}] * count, token=token)
    server.call("DELETE", "/todos/?status=completed", token=token)
    return changes(server, token, int(made.headers["X-Revision"]))


@pytest.mark.in_process("purges the database of a server of its own")
def test_a_todo_is_restored_or_purged_and_never_half(server: Server, rounds: Rounds) -> None:
    outcomes = set()
    with purging(server) as purge:
        for token in tokens(server, rounds(40, 10_000)):
            gone = deleted_todos(server, token, 4)
            paths = [f"/todos/{todo['id']}/" for todo in gone]
            restores = [partial(server.call, "POST", f"{path}restore/", token=token) for path in paths]
            *restored, purged = run_concurrently([*restores, jittered(purge, 0.03)])
            statuses = [answer.status for answer in restored]
            assert statuses.count(404) == purged
            assert set(statuses) <= {200, 404}
            outcomes |= set(statuses)
            check_live_or_gone(server, token, gone, statuses)
    assert outcomes == {200, 404}


def check_live_or_gone(server: Server, token: str, gone: list[dict[str, Any]], statuses: list[int]) -> None:
    """Check that every call agrees with what the restores said, and that no forgotten deletion is passed over."""
    for todo, status in zip(gone, statuses, strict=True):
        path = f"/todos/{todo['id']}/"
        assert server.call("GET", path, token=token).status == status
        assert server.call("POST", f"{path}restore/", token=token).status == status
        if status == 404:
            before = f"/todos/?since={todo['revision'] - 1}"
            assert server.call("GET", before, token=token).status == 410
    ids = [todo["id"] for todo, status in zip(gone, statuses, strict=True) if status == 200]
    known = {todo["id"] for todo in gone}
    assert sorted(row["id"] for row in changes(server, token) if row["id"] in known) == ids


@pytest.mark.in_process("purges the database of a server of its own")
def test_a_sync_tells_of_every_deletion_or_that_it_cannot(server: Server, rounds: Rounds) -> None:
    with purging(server) as purge:
        for token in tokens(server, rounds(100, 10_000)):
            gone = deleted_todos(server, token, 2)
            read = partial(server.call, "GET", f"/todos/?since={gone[0]['revision'] - 1}", token=token)
            *answers, purged = run_concurrently([*[read] * 4, jittered(purge)])
            assert purged == 2
            assert all(answer.status == 410 or answer.json() == gone for answer in answers)


# Repeats


def test_of_sends_with_one_key_exactly_one_makes_a_todo(server: Server, rounds: Rounds) -> None:
    for token in tokens(server, rounds(60, 10_000)):
        before = server.call("GET", "/auth/me/", token=token).json()["revision"]
        headers = {"Idempotency-Key": uuid4().hex}
        answers = run_concurrently(
            [partial(server.call, "POST", "/todos/", {"title": "x"}, token=token, **headers)] * 16
        )
        assert sorted(answer.status for answer in answers) == [200] * 15 + [201]
        replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers if answer.status == 200]
        assert replayed == ["true"] * 15
        [todo] = changes(server, token, before)
        assert [answer.json() for answer in answers] == [todo] * 16
        assert todo["revision"] == before + 1


def send_and_hang_up(server: Server, token: str, key: str) -> None:
    """Send a whole request and close the connection without reading the answer."""
    body = b'{"title": "x"}'
    head = f"POST /todos/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: JWT {token}\r\nIdempotency-Key: {key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head.encode() + body)


@pytest.mark.in_process("closes a connection that a gateway would keep")
def test_a_send_whose_answer_nobody_read_is_not_made_twice(server: Server, rounds: Rounds) -> None:
    for token in tokens(server, rounds(100, 10_000)):
        before = server.call("GET", "/auth/me/", token=token).json()["revision"]
        key = uuid4().hex
        send_and_hang_up(server, token, key)
        answer = server.call("POST", "/todos/", {"title": "x"}, token=token, **{"Idempotency-Key": key})
        again = server.call("POST", "/todos/", {"title": "x"}, token=token, **{"Idempotency-Key": key})
        assert answer.status in (200, 201)
        assert again.status == 200
        assert changes(server, token, before) == [answer.json()] == [again.json()]


# The server is killed


@contextmanager
def rows_in(server: Server) -> Iterator[Callable[[], int]]:
    """Count the todos that are committed in a server's database, over a connection of its own."""
    config = parse_database_url(server.environment["DATABASE_URL"], default=Path())
    count = "SELECT count(*) FROM todos_todo"
    if config["ENGINE"] == SQLITE:
        import sqlite3

        with closing(sqlite3.connect(config["NAME"], isolation_level=None, check_same_thread=False)) as database:
            yield lambda: database.execute(count).fetchone()[0]
    else:
        import psycopg

        with psycopg.connect(server.environment["DATABASE_URL"], autocommit=True) as served:
            yield lambda: served.execute(count).fetchone()[0]  # type: ignore[index]


def kill_once_committed(server: Server, count: int, rows: Callable[[], int]) -> None:
    """Kill the whole server the moment that its database has so many todos."""
    pids, deadline = [server.process.pid, *server.worker_ids()], time.monotonic() + 30
    while rows() < count and time.monotonic() < deadline:
        pass
    for pid in reversed(pids):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(30)


def sent(send: Callable[[], Answer]) -> int:
    """Return the answer's status, 0 where none came."""
    try:
        return send().status
    except (OSError, HTTPException):
        return 0


@pytest.mark.in_process("kills the server")
def test_what_was_sent_to_a_server_that_was_killed_is_not_made_twice(tmp_path: Path, rounds: Rounds) -> None:
    server, token, outcomes = Server(tmp_path), "", set[tuple[int, int]]()
    first, sends = list[int](), list[Callable[[], Answer]]()
    for made in range(0, 16 * rounds(2, 100) + 1, 16):
        with server, rows_in(server) as rows:
            token = token or server.sign_up()
            outcomes |= set(zip(first, [send().status for send in sends], strict=True))
            assert [row["revision"] for row in changes(server, token)] == list(range(1, made + 1))
            keys = [{"Idempotency-Key": uuid4().hex} for _ in range(16)]
            sends = [partial(server.call, "POST", "/todos/", {"title": "x"}, token=token, **key) for key in keys]
            kill = partial(kill_once_committed, server, made + 8, rows)
            *first, _ = run_concurrently([*[partial(sent, send) for send in sends], kill])
    assert outcomes <= {(201, 200), (0, 200), (0, 201)}
