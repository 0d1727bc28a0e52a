"""The server for real: silent clients, pipelined requests, restarts."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest

from testing.server import Server
from todoproject.serving.gunicorn_worker import BODY_BYTES, awaited

pytestmark = pytest.mark.in_process("about gunicorn, which Lambda has none of")

REQUEST = b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"

POST = b"POST /auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

# What a client sent before it fell silent.
SILENCES = {
    "nothing": b"",
    "half a header": REQUEST[:20],
    "half a body": POST + b"Content-Length: 100\r\n\r\n{",
    "half a body, its length with zeros": POST + b"Content-Length: 0000000000000100\r\n\r\n{",
    "half a body, its length of 15 digits": POST + b"Content-Length: 999999999999999\r\n\r\n{",
    "half a body that is waited for": POST + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{",
    "some of a body that is too large": POST + b"Content-Length: 99999999\r\n\r\n{",
    "some of a body in chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "a header without end": REQUEST[:-2] + b"X: y\r\n" * 20_000,
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
    head = POST.replace(b"login", b"signup")
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        for byte in head + b"Content-Length: %d\r\n\r\n" % len(body) + body:
            client.sendall(bytes([byte]))
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (b"", 1),
        (REQUEST[:-1], 1),
        (REQUEST, 0),
        (REQUEST + REQUEST[:5], 0),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab", 1),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: 0000000000000003\r\n\r\n", 3),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_BYTES + 1), None),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", None),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", None),
    ],
)
def test_a_thread_takes_a_request_when_nothing_of_it_is_missing(data: bytes, missing: int | None) -> None:
    assert awaited(data) == missing


def test_a_body_after_expect_arrives(server: Server) -> None:
    body = b'{"email": "expect@example.com", "password": "correct horse"}'
    head = POST.replace(b"login", b"signup") + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(head)
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_expect_within_a_body_is_the_bodys(server: Server) -> None:
    body = b'{"email": "a@example.com",\r\nExpect: "x"}'
    answer = server.call("POST", "/auth/login/", body)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "parse_error")


def test_too_much_at_once_costs_only_some_of_the_senders(tmp_path: Path) -> None:
    """Beyond what is kept in memory the largest is dropped, and nobody else notices."""
    head = POST + b"Content-Length: 2621000\r\n\r\n"
    with Server(tmp_path) as server, ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(140)]
        for _ in range(35):
            for client in clients:
                with suppress(OSError):
                    client.sendall(head + b" " * 65_536)
        assert server.call("GET", "/health/").status == 200
        assert b"Traceback" not in (server.directory / "log").read_bytes()


def test_the_refusal_of_a_large_body_arrives(server: Server) -> None:
    for _ in range(5):
        answer = server.call("POST", "/auth/login/", b" " * 10_000_000)
        assert (answer.status, answer.json()["errors"][0]["code"]) == (413, "payload_too_large")


def test_a_header_without_end_is_refused(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(10)
        client.sendall(REQUEST[:-2] + b"X: y\r\n" * 20_000)
        assert client.recv(65536).startswith(b"HTTP/1.1 431")


def test_silent_clients_do_not_hold_up_the_stop(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server, ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        server.process.terminate()
        server.process.wait(15)


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
