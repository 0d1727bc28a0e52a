"""Checks that no statement on todos crosses owners, so that todos can be partitioned by owner (docs/scaling.md)."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection

TODOS = re.compile(r"\btodos_todo\b")
# A condition on the owner, or a new row with its owner.
OWNER = re.compile(r"\bowner_id\"? (?:= |IN \()%s|INSERT INTO \W?todos_todo\W? \([^)]*\bowner_id\b")
# The admin is for all users' todos.
EXCEPTIONS = ("/admin/",)


def check_owner(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
    """Execute a statement; raise AssertionError if it is on todos, and does not name an owner."""
    assert not TODOS.search(sql) or OWNER.search(sql), f"This statement on todos does not name their owner: {sql}"
    return execute(sql, *arguments)


def check_statements(request: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `Client.request` so that the statements of each request are checked."""

    @wraps(request)
    def checked(client: Any, **environ: Any) -> Any:
        if environ["PATH_INFO"].startswith(EXCEPTIONS):
            return request(client, **environ)
        with connection.execute_wrapper(check_owner):
            return request(client, **environ)

    return checked
