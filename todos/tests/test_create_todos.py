"""Creating todos: on PostgreSQL in one statement, which does the same as a unit of work."""

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.exceptions import InvalidAccountOrToken
from accounts.models import User
from testing.factories import client_for, make_todo, make_user
from testing.queries import capture_statements
from testing.todos import list_url
from todos.models import Todo
from todos.unit_of_work import create_todos

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.in_process("counts statements")]

ROWS = [{"title": f"Todo {number}", "description": "é", "status": "completed"} for number in range(100)]


def test_creating_takes_one_statement_on_postgresql() -> None:
    """The other one loads the user. On SQLite, the revision is raised before, and for several todos again after it."""
    client = client_for(make_user())
    bodies: list[Any] = [{"title": "Milk"}, ROWS]
    counts = [len(capture_statements(partial(client.post, list_url(), body, format="json"))) for body in bodies]
    assert counts == ([2, 2] if connection.vendor == "postgresql" else [3, 4])


def test_todos_get_the_next_revisions_in_the_order_of_the_rows() -> None:
    owner, other = make_user(), make_user()
    make_todo(owner), make_todo(other)
    todos, revision = create_todos(owner, ROWS)
    stored = list(Todo.objects.filter(owner=owner).order_by("id"))[1:]
    assert [todo.title for todo in stored] == [row["title"] for row in ROWS]
    assert [(todo.pk, todo.revision, todo.position) for todo in stored] == [
        (todo.pk, todo.revision, todo.position) for todo in todos
    ]
    assert [todo.revision for todo in stored] == list(range(2, 102))
    assert (revision, User.objects.get(pk=owner.pk).revision, User.objects.get(pk=other.pk).revision) == (101, 101, 1)


def test_nothing_is_created_for_a_deleted_owner() -> None:
    owner = make_user()
    User.objects.filter(pk=owner.pk).delete()
    with pytest.raises(InvalidAccountOrToken):
        create_todos(owner, ROWS)
    assert Todo.objects.count() == 0


def test_failed_create_raises_no_revision() -> None:
    owner = make_user()
    with pytest.raises(IntegrityError):
        create_todos(owner, [*ROWS, {"title": ""}])
    assert (User.objects.get(pk=owner.pk).revision, Todo.objects.count()) == (0, 0)
