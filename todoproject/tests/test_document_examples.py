"""The examples in the documents work as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tokens import issue_tokens
from testing import markdown
from testing.factories import client_for, make_todo
from todos.models import Todo
from todos.purge import purge

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


@pytest.fixture
def sync_client(live_server: Any, user: User) -> Any:
    """The client of the syncing guide, logged in as `user`."""
    [code] = markdown.list_code_blocks(markdown.read_document("docs/sync.md"), "python")
    module: Any = ModuleType("sync_client")
    exec(compile(code, "docs/sync.md", "exec"), module.__dict__)  # noqa: S102
    module.API, module.TOKEN = live_server.url, issue_tokens(user)["access"]
    return module


def listed(user: User) -> dict[int, Any]:
    return {todo["id"]: todo for todo in client_for(user).get(reverse("todo-list")).json()}


def detail(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


@pytest.mark.in_process("serves the API from the process of the tests")
class TestSyncClient:
    def test_copy_equals_the_list_after_every_kind_of_write(self, sync_client: Any, user: User) -> None:
        todos = [make_todo(user, title) for title in "abc"]
        sync_client.sync()
        assert sync_client.todos == listed(user)
        client_for(user).delete(detail(todos[0]))
        client_for(user).patch(detail(todos[1]), {"title": "changed"})
        sync_client.add("added", key="k1")
        sync_client.sync()
        assert sync_client.todos == listed(user)
        assert len(sync_client.todos) == 3

    def test_add_with_the_same_key_creates_one_todo(self, sync_client: Any, user: User) -> None:
        sync_client.add("Buy milk", key="k1")
        sync_client.add("Buy milk", key="k1")
        assert len(listed(user)) == 1

    def test_complete_changes_the_todo(self, sync_client: Any, user: User) -> None:
        todo = make_todo(user)
        sync_client.sync()
        sync_client.complete(sync_client.todos[todo.pk])
        assert listed(user)[todo.pk]["status"] == "completed"

    def test_complete_takes_the_current_todo_if_the_copy_is_stale(self, sync_client: Any, user: User) -> None:
        todo = make_todo(user)
        sync_client.sync()
        client_for(user).patch(detail(todo), {"title": "changed"})
        sync_client.complete(sync_client.todos[todo.pk])
        assert sync_client.todos == listed(user)
        assert sync_client.todos[todo.pk]["status"] == "open"

    def test_sync_follows_the_pages(self, sync_client: Any, user: User) -> None:
        client = client_for(user)
        for _ in range(3):
            client.post(reverse("todo-list"), [{"title": "many"}] * 100)
        sync_client.sync()
        assert sync_client.todos == listed(user)
        assert len(sync_client.todos) == 300

    def test_sync_starts_again_after_the_statement_for_a_restored_backup(self, sync_client: Any, user: User) -> None:
        todo = make_todo(user)
        sync_client.sync()
        sync_client.todos[0] = {"id": 0, "title": "lost with the server's disk"}
        [statement] = markdown.list_code_blocks(markdown.read_document("docs/operations.md"), "sql")
        with connection.cursor() as cursor:
            cursor.execute(statement)
        sync_client.sync()
        assert sync_client.todos == listed(user)
        assert list(sync_client.todos) == [todo.pk]

    def test_sync_starts_again_after_deletions_were_purged(self, sync_client: Any, user: User) -> None:
        todos = [make_todo(user, title) for title in "ab"]
        sync_client.sync()
        client_for(user).delete(detail(todos[0]))
        purge(timezone.now())
        sync_client.sync()
        assert sync_client.todos == listed(user)
        assert list(sync_client.todos) == [todos[1].pk]
