"""The real server when it stops, restarts, or loses a process."""

import os
import socket
from contextlib import ExitStack
from pathlib import Path
from signal import SIGKILL
from time import sleep

import pytest

from testing.processes import run_python
from testing.server import Server

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("about the HTTP server, which Lambda has none of")]

REQUEST = b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_silent_clients_do_not_hold_up_the_stop(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server, ExitStack() as stack:
        for sent in (b"", REQUEST[:20], POST + b"Content-Length: 100\r\n\r\n{", REQUEST):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            client.sendall(sent)
        server.process.terminate()
        server.process.wait(15)


def test_requests_in_progress_are_answered_at_the_stop(tmp_path: Path) -> None:
    body = b'{"email": "a@example.com", "password": "wrong"}'
    server = Server(tmp_path)
    with server, ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 15)) for _ in range(8)]
        for client in clients:
            client.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        sleep(0.05)
        server.process.terminate()
        assert all(client.recv(65536).startswith(b"HTTP/1.1 400") for client in clients)


def test_killed_process_is_replaced(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        for process in server.worker_ids():
            os.kill(process, SIGKILL)
        server.wait_until_started(workers=4)
        assert all(server.call("GET", "/health/").status == 200 for _ in range(8))


def test_processes_stop_when_the_main_process_is_killed(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        server.process.kill()
        server.process.wait(5)
        sleep(5)
        with pytest.raises(ConnectionRefusedError):
            server.call("GET", "/health/")


def test_second_server_at_the_same_port_does_not_start(server: Server) -> None:
    result = run_python("-m", "todoproject.serving.server", PORT=str(server.port))
    assert result.returncode != 0
    assert result.stderr.startswith("Not started: ")


def test_tokens_and_todos_survive_a_restart(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server:
        token = server.sign_up()
        server.call("POST", "/todos/", {"title": "kept"}, token=token)
    with server:
        assert [todo["title"] for todo in server.call("GET", "/todos/", token=token).json()] == ["kept"]
