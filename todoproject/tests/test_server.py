"""The real server: slow clients, limits, chunked bodies, pipelined requests, the log."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from testing.server import Server

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("about the HTTP server, which Lambda has none of")]

REQUEST = b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"

POST = b"POST /auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SIGNUP = POST.replace(b"login", b"signup")

# What a client sent before it fell silent.
SILENCES = {
    "nothing": b"",
    "half a header": REQUEST[:20],
    "half a body": POST + b"Content-Length: 100\r\n\r\n{",
    "half a body, its length with zeros": POST + b"Content-Length: 0000000000000100\r\n\r\n{",
    "half a body, its length of 15 digits": POST + b"Content-Length: 999999999999999\r\n\r\n{",
    "half a body that is waited for": POST + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{",
    "some of a body that is too large": POST + b"Content-Length: 99999999\r\n\r\n{",
    "half a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "a chunk without the last one": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
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


@pytest.fixture
def client(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        yield client


def test_slowly_sent_body_arrives(client: socket.socket) -> None:
    body = b'{"email": "slow@example.com", "password": "correct horse"}'
    for byte in SIGNUP + b"Content-Length: %d\r\n\r\n" % len(body) + body:
        client.sendall(bytes([byte]))
    assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_body_after_expect_arrives(client: socket.socket) -> None:
    body = b'{"email": "expect@example.com", "password": "correct horse"}'
    client.sendall(SIGNUP + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
    assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(body)
    assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_http_1_0_client_that_expects_100_gets_the_final_response_only(client: socket.socket) -> None:
    """HTTP/1.0 knows no 1xx (RFC 9110, 10.1.1)."""
    request = POST.replace(b"HTTP/1.1", b"HTTP/1.0")
    client.sendall(request + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
    assert client.makefile("rb").read().startswith(b"HTTP/1.0 400")


def test_too_large_body_is_refused_before_it_is_sent_with_expect(client: socket.socket) -> None:
    client.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
    assert client.recv(65536).startswith(b"HTTP/1.1 413")


def test_expect_inside_a_body_belongs_to_the_body(server: Server) -> None:
    body = b'{"email": "a@example.com",\r\nExpect: "x"}'
    answer = server.call("POST", "/auth/login/", body)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "parse_error")


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def test_chunked_body_arrives_with_its_content(client: socket.socket) -> None:
    body = b'{"email": "chunks@example.com", "password": "correct horse"}'
    client.sendall(SIGNUP + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, 7))
    assert client.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("length", "code"), [(2_621_440, "invalid"), (2_621_441, "payload_too_large"), (10_000_000, "payload_too_large")]
)
@pytest.mark.parametrize("in_chunks", [False, True])
def test_body_over_the_limit_is_413_and_one_at_the_limit_is_read(
    server: Server, length: int, code: str, in_chunks: bool
) -> None:
    """The response arrives although the client sends all of its body before it reads, and has the security headers."""
    body = (b'{"email": 1, "password": "' + b"x" * length)[: length - 2] + b'"}'
    sent: Any = iter([body[:100], body[100:]]) if in_chunks else body
    answer = server.send("POST", "/auth/login/", sent, **{"Content-Type": "application/json"})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (413 if code == "payload_too_large" else 400, code)
    assert (answer.headers["X-Content-Type-Options"], answer.headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "Referrer-Policy" in answer.headers


def test_malformed_chunk_is_400(client: socket.socket) -> None:
    client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{")
    head, body = client.makefile("rb").read().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body)["errors"][0]["code"] == "parse_error"


@pytest.mark.parametrize("host", [b"Host: evil.example\r\n", b"", b"Host: a\r\nHost: b\r\n"])
def test_host_that_is_missing_wrong_or_repeated_is_400_in_the_error_shape(client: socket.socket, host: bytes) -> None:
    client.sendall(b"GET /health/ HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n")
    head, body = client.makefile("rb").read().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body)["errors"][0]["code"] == "host_not_served"


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GE(T / HTTP/1.1", b"400"),
        (b"GET", b"400"),
        (b"GET / HTTP/9.9", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"414"),
        (b"GET / HTTP/1.1" + b"\r\nX: y" * 20_000, b"431"),
    ],
)
def test_what_the_http_server_refuses_itself_has_an_empty_body(
    client: socket.socket, request_line: bytes, status: bytes
) -> None:
    """docs/api.md says so."""
    client.sendall(request_line + b"\r\nHost: localhost\r\n\r\n")
    head, body = client.makefile("rb").read().split(b"\r\n\r\n")
    assert (head.split()[1], body) == (status, b"")


def test_transfer_encoding_other_than_chunked_is_400(client: socket.socket) -> None:
    client.sendall(POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(b"{}", 2))
    answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"parse_error" in answer


def test_endless_header_is_431(client: socket.socket) -> None:
    client.sendall(REQUEST[:-2] + b"X: y\r\n" * 20_000)
    assert client.recv(65536).startswith(b"HTTP/1.1 431")


def test_memory_limit_drops_the_largest_requests_only(tmp_path: Path) -> None:
    head = POST + b"Content-Length: 2621000\r\n\r\n"
    with Server(tmp_path) as server, ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _ in range(140)]
        for _ in range(35):
            for client in clients:
                with suppress(OSError):
                    client.sendall(head + b" " * 65_536)
        assert server.call("GET", "/health/").status == 200
        assert b"Traceback" not in (server.directory / "log").read_bytes()


def test_head_response_has_the_length_but_no_body(client: socket.socket) -> None:
    client.sendall(REQUEST.replace(b"GET", b"HEAD") + REQUEST)
    head, get = received(client, 1).split(b"\r\n\r\n", 1)
    length = int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
    assert get.startswith(b"HTTP/1.1 200")
    assert len(get.partition(b"\r\n\r\n")[2]) == length


def test_http_1_0_request_is_answered_and_its_connection_closed(client: socket.socket) -> None:
    client.sendall(b"GET /health/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert client.makefile("rb").read().startswith(b"HTTP/1.0 200")


def test_headers_set_no_script_name_and_no_prefix(server: Server) -> None:
    names = ("SCRIPT-NAME", "Script_Name", "X-Script-Name", "X-Forwarded-Prefix", "X_Forwarded_Host")
    answer = server.call("GET", "/", **dict.fromkeys(names, "/evil"))
    assert answer.status == 200
    assert b"evil" not in answer.body


def test_proxy_headers_with_an_underscore_are_ignored(tmp_path: Path) -> None:
    with Server(tmp_path, workers=1, TRUSTED_PROXIES="1") as server:
        assert b"https://" in server.call("GET", "/", **{"X-Forwarded-Proto": "https"}).body
        assert b"https://" not in server.call("GET", "/", X_Forwarded_Proto="https").body


def test_nothing_secret_stands_in_the_servers_log(server: Server, client: socket.socket) -> None:
    token = server.sign_up()
    server.call("GET", "/todos/", token=token, Host="evil.example")
    server.call("POST", "/auth/login/", {"email": "a@example.com", "password": "secret words"})
    client.sendall(b"GET /secret-words HTTP/1.1\r\nsecret words\r\n\r\n")
    assert client.recv(65536).startswith(b"HTTP/1.1 400")
    log = (server.directory / "log").read_text()
    assert token not in log
    assert "secret" not in log
    assert "Traceback" not in log
