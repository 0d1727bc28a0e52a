"""Each statement on todos names their owner. conftest.py checks that in every request of these tests."""

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.owners import check_owner
from testing.todos import list_url
from todos.models import Todo
from todos.purge import purge

pytestmark = [pytest.mark.django_db, pytest.mark.in_process("checks statements")]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM todos_todo WHERE id = 1",
        'SELECT "todos_todo"."owner_id" FROM "todos_todo"',
        "UPDATE todos_todo SET owner_id = owner_id",
        "INSERT INTO todos_todo (title) VALUES ('owner_id')",
    ],
)
def test_statement_that_crosses_owners_is_found(statement: str) -> None:
    with pytest.raises(AssertionError, match="does not name their owner"), connection.execute_wrapper(check_owner):
        connection.cursor().execute(statement)


def test_requests_are_checked(user_client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todos.rows.read_list", lambda *_: list(Todo.objects.all()))
    with pytest.raises(AssertionError, match="does not name their owner"):
        user_client.get(list_url())


def test_purge_names_the_owner_except_to_find_one(user: User) -> None:
    make_todo(user, deleted_at=timezone.now())
    statements = []

    def record(execute, sql, *arguments):
        statements.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(record):
        assert purge(timezone.now()) == 1
    crossing = [sql for sql in statements if "todos_todo" in sql and 'owner_id" =' not in sql]
    assert all('SELECT "todos_todo"."owner_id" AS "owner_id"' in sql for sql in crossing), crossing
