"""The examples in the documents work as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from examples.sync_client import SyncClient
from testing import markdown
from testing.factories import make_todo
from testing.passwords import PASSWORD
from testing.todos import list_url
from todoproject.api.openapi_introduction import INTRODUCTION

pytestmark = pytest.mark.any_database

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

FIRST_CALLS = markdown.list_code_blocks(markdown.get_section(markdown.read_document("README.md"), "First calls"), "sh")
API_GUIDE_CALLS = markdown.list_code_blocks(markdown.read_document("docs/api.md"), "sh")

# Every call reports its status on the standard error stream.
REPORT_STATUS = "curl() { command curl -w '%{stderr}%{http_code}\\n' \"$@\"; }\n"


def run_in_shell(script: str, server: Any) -> list[str]:
    """Run shell commands against a server, and return the statuses of its responses."""
    script = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{server.port}{server.prefix}")
    script = script.replace("ada@example.com", f"{uuid4().hex}@example.com")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-eu", "-c", REPORT_STATUS + script],
        env={"PATH": path, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.split()


def documented_statuses(script: str) -> list[str]:
    """Return the status that each call has in its comment."""
    return re.findall(r"#.*?\b([1-5]\d\d)\b", script)


@needs_curl
def test_first_calls_of_the_readme_return_the_documented_statuses(server: Any) -> None:
    [script] = FIRST_CALLS
    assert run_in_shell(script, server) == documented_statuses(script) == ["200", "201", "200", "202", "204"]


@needs_curl
def test_calls_of_the_api_guide_return_the_documented_statuses(server: Any) -> None:
    script = "\n".join([*FIRST_CALLS, *API_GUIDE_CALLS])
    assert len(documented_statuses(script)) == script.count("curl ")
    assert run_in_shell(script, server) == documented_statuses(script)


@needs_curl
def test_calls_of_the_introduction_return_the_documented_statuses(server: Any) -> None:
    script = "\n".join(markdown.list_code_blocks(INTRODUCTION, "sh"))
    assert len(documented_statuses(script)) == script.count("curl ")
    assert run_in_shell(script, server) == documented_statuses(script)


def test_error_of_the_introduction_is_that_of_a_todo_without_a_title(user_client: APIClient) -> None:
    [error] = markdown.list_code_blocks(INTRODUCTION, "json")
    assert json.loads(error) == user_client.post(list_url(), {}).json()


def test_syncing_guide_quotes_the_example_client() -> None:
    example = markdown.read_document("examples/sync_client.py")
    quoted = markdown.list_code_blocks(markdown.read_document("docs/sync.md"), "python")
    assert len(quoted) == 6
    for block in quoted:
        for method in re.split(r"\n\n+(?=def )", block.strip()):
            assert textwrap.indent(method, "    ") in example


@pytest.mark.in_process("serves the API from the process of the tests")
def test_example_client_starts_again_after_the_statement_for_a_restored_backup(live_server: Any, user: User) -> None:
    todo = make_todo(user)
    client = SyncClient(live_server.url, user.email, PASSWORD)
    client.sync()
    client.state["todos"]["0"] = {"id": 0, "title": "lost with the server's disk"}
    [statement] = markdown.list_code_blocks(markdown.read_document("docs/operations.md"), "sql")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    client.sync()
    assert list(client.view()) == [str(todo.pk)]
