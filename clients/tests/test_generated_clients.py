"""Two generators take the OpenAPI document without a warning; their clients' types are right, and a journey works."""

from pathlib import Path

import pytest

from testing.client_tools import run_tool
from testing.server import Server

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("generates the same clients")]

Client = tuple[Path, str]


def test_python_client_is_generated_without_a_warning(python_client: Client) -> None:
    folder, written = python_client
    assert written.strip() == f"Generating {folder}"


def test_types_of_the_python_client_are_right(python_client: Client) -> None:
    folder, _ = python_client
    run_tool("mypy", "--strict", "todo_api_client", "journey.py", folder=folder)


def test_journey_with_the_python_client(python_client: Client, server: Server) -> None:
    folder, _ = python_client
    run_tool("python", "journey.py", f"http://127.0.0.1:{server.port}", folder=folder)


def test_typescript_client_is_generated_without_a_warning(typescript_client: Client) -> None:
    _, written = typescript_client
    assert "warn" not in written.lower()


def test_types_of_the_typescript_client_are_right(typescript_client: Client) -> None:
    folder, _ = typescript_client
    run_tool("tsc", "--project", ".", folder=folder)


def test_journey_with_the_typescript_client(typescript_client: Client, server: Server) -> None:
    folder, _ = typescript_client
    run_tool("node", "journey.ts", f"http://127.0.0.1:{server.port}", folder=folder)
