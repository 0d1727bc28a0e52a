"""Requests that are repeated: at the same time, after a closed connection, and after a crash of the server."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from uuid import uuid4

import pytest

from testing.concurrency import run_concurrently
from testing.races import Rounds, fetch_changes_from, user_revision, user_tokens
from testing.server import CallResponse, Server
from todoproject.config.databases import SQLITE, parse_database_url


def test_exactly_one_of_concurrent_requests_with_one_key_creates_a_todo(server: Server, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(8, 10_000)):
        before = user_revision(server, token)
        headers = {"Idempotency-Key": uuid4().hex}
        post = partial(server.call, "POST", "/todos/", {"title": "x"}, token=token, **headers)
        responses = run_concurrently([post] * 16)
        assert sorted(response.status for response in responses) == [200] * 15 + [201]
        replayed = [response.headers.get("Idempotent-Replayed") for response in responses if response.status == 200]
        assert replayed == ["true"] * 15
        [todo] = fetch_changes_from(server, token, before)
        assert [response.json() for response in responses] == [todo] * 16
        assert todo["revision"] == before + 1


# The connection is closed


def send_and_close(server: Server, token: str, key: str) -> None:
    """Send a whole request and close the connection without reading the response."""
    body = b'{"title": "x"}'
    head = f"POST /todos/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: JWT {token}\r\nIdempotency-Key: {key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head.encode() + body)


@pytest.mark.in_process("closes a connection that a gateway would keep")
def test_repeat_after_a_closed_connection_creates_no_second_todo(server: Server, rounds: Rounds) -> None:
    for token in user_tokens(server, rounds(20, 10_000)):
        before, key = user_revision(server, token), uuid4().hex
        send_and_close(server, token, key)
        post = partial(server.call, "POST", "/todos/", {"title": "x"}, token=token, **{"Idempotency-Key": key})
        response, again = post(), post()
        assert response.status in (200, 201)
        assert again.status == 200
        assert fetch_changes_from(server, token, before) == [response.json()] == [again.json()]


# The server is killed


@contextmanager
def counting_todos(server: Server) -> Iterator[Callable[[], int]]:
    """Yield a function that counts the committed todos in a server's database, over a separate connection."""
    config = parse_database_url(server.environment["DATABASE_URL"], default=Path())
    query = "SELECT count(*) FROM todos_todo"
    if config["ENGINE"] == SQLITE:
        import sqlite3

        with closing(sqlite3.connect(config["NAME"], isolation_level=None, check_same_thread=False)) as database:
            yield lambda: database.execute(query).fetchone()[0]
    else:
        import psycopg

        with psycopg.connect(server.environment["DATABASE_URL"], autocommit=True) as database:
            yield lambda: database.execute(query).fetchone()[0]  # type: ignore[index]


def kill_once_committed(server: Server, count: int, count_todos: Callable[[], int]) -> None:
    """Kill the whole server as soon as its database has so many todos."""
    pids, deadline = [server.process.pid, *server.worker_ids()], time.monotonic() + 30
    while count_todos() < count and time.monotonic() < deadline:
        time.sleep(0.001)
    for pid in reversed(pids):
        os.kill(pid, signal.SIGKILL)
    server.process.wait(30)


def status_or_zero(send: Callable[[], CallResponse]) -> int:
    """Return the status of the response, or 0 if there was none."""
    try:
        return send().status
    except (OSError, HTTPException):
        return 0


@pytest.mark.in_process("kills the server")
def test_repeat_after_a_killed_server_creates_no_second_todo(tmp_path: Path, rounds: Rounds) -> None:
    server, token, outcomes = Server(tmp_path), "", set[tuple[int, int]]()
    statuses, posts = list[int](), list[Callable[[], CallResponse]]()
    for count in range(0, 16 * rounds(1, 100) + 1, 16):
        with server, counting_todos(server) as count_todos:
            token = token or server.sign_up()
            outcomes |= set(zip(statuses, [post().status for post in posts], strict=True))
            assert [row["revision"] for row in fetch_changes_from(server, token)] == list(range(1, count + 1))
            keys = [{"Idempotency-Key": uuid4().hex} for _ in range(16)]
            posts = [partial(server.call, "POST", "/todos/", {"title": "x"}, token=token, **key) for key in keys]
            kill = partial(kill_once_committed, server, count + 8, count_todos)
            *statuses, _ = run_concurrently([*[partial(status_or_zero, post) for post in posts], kill])
    assert outcomes <= {(201, 200), (0, 200), (0, 201)}
