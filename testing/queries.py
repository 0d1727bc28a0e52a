"""Captures the SQL statements of a call."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTION_STATEMENTS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def capture_statements(call: Callable[[], Any]) -> list[str]:
    """Return the SQL statements that a call executes, without those that begin or end a transaction."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(TRANSACTION_STATEMENTS)]
