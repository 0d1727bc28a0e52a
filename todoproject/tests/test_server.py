"""The server for real: silent clients, pipelined requests, restarts."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from todoproject.gunicorn_worker import BODY_BYTES, is_whole
from todoproject.tests.server import Server

REQUEST = b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"

# What a client sent before it fell silent.
SILENCES = {
    "nothing": b"",
    "half a header": REQUEST[:20],
    "half a body": b"POST /auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    "a request and half of the next": REQUEST + REQUEST[:20],
    "a request to be closed after": REQUEST[:-2] + b"Connection: close\r\n\r\n",
}


@pytest.fixture(params=list(SILENCES.values()), ids=list(SILENCES))
def silent(request: pytest.FixtureRequest, server: Server) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(50)]
        for client in clients:
            client.sendall(request.param)
        yield clients


def test_fifty_silent_clients_delay_nobody(server: Server, silent: list[socket.socket]) -> None:
    """Each of them would hold a thread for seconds; twenty answers come while all of them are still connected."""
    calls = [Thread(target=server.call, args=("GET", "/health/"), daemon=True) for _ in range(20)]
    begin = monotonic()
    for call in calls:
        call.start()
    for call in calls:
        call.join(4)
    assert not any(call.is_alive() for call in calls), f"{monotonic() - begin} seconds"


def received(client: socket.socket, answers: int) -> bytes:
    client.settimeout(10)
    data = b""
    while data.count(b'"version"') < answers:
        data += client.recv(65536)
    return data


def test_pipelined_requests_are_all_answered(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(REQUEST * 5 + REQUEST[:10])
        received(client, 5)
        client.sendall(REQUEST[10:])
        assert received(client, 1).startswith(b"HTTP/1.1 200")


def test_a_body_that_is_sent_slowly_arrives(server: Server) -> None:
    body = b'{"email": "slow@example.com", "password": "correct horse"}'
    head = b"POST /auth/signup/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        for byte in head + b"Content-Length: %d\r\n\r\n" % len(body) + body:
            client.sendall(bytes([byte]))
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", False),
        (REQUEST[:-1], False),
        (REQUEST, True),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab", False),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_BYTES + 1), True),
        (b"x" * 70_000, True),
    ],
)
def test_a_thread_takes_a_request_when_it_is_whole(data: bytes, whole: bool) -> None:
    assert is_whole(data) is whole


def test_tokens_and_todos_survive_a_restart(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server:
        token = server.sign_up()
        server.call("POST", "/todos/", {"title": "kept"}, token=token)
    with server:
        assert [todo["title"] for todo in server.call("GET", "/todos/", token=token).json()] == ["kept"]


def test_nothing_secret_stands_in_the_servers_log(server: Server) -> None:
    token = server.sign_up()
    server.call("GET", "/todos/", token=token, Host="evil.example")
    server.call("POST", "/auth/login/", {"email": "a@example.com", "password": "secret words"})
    log = (server.directory / "log").read_text()
    assert token not in log
    assert "secret words" not in log
    assert "Traceback" not in log
