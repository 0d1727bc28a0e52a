"""The rules that the database enforces, and the unit of work."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.exceptions import InvalidAccountOrToken
from accounts.models import User
from testing.factories import make_todo
from todos.models import Todo, unguarded_todos
from todos.unit_of_work import unit_of_work


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": " padded "},
        {"title": "x" * 129},
        {"description": "x" * 2001},
        {"status": "done"},
        {"status": "completed"},
        {"completed_at": "2026-01-01T00:00:00Z"},
        {"idempotency_key": "key"},
        {"owner_id": None},
    ],
)
def test_database_refuses_invalid_rows(user: User, values: dict[str, Any]) -> None:
    todo = make_todo(user)
    with pytest.raises(Exception, match=r"(?i)constraint|too long"), transaction.atomic():
        unguarded_todos().filter(pk=todo.pk).update(**values)


def test_database_refuses_the_same_revision_for_two_todos_of_a_user(user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        unguarded_todos().filter(pk=second.pk).update(revision=first.revision)


def test_database_refuses_the_same_idempotency_key_for_two_todos_of_a_user(user: User) -> None:
    for todo in (make_todo(user), make_todo(user)):
        used = unguarded_todos().filter(pk=todo.pk)
        if todo.revision == 1:
            used.update(idempotency_key="key", idempotency_hash="hash")
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            used.update(idempotency_key="key", idempotency_hash="hash")


def test_unit_of_work_for_a_deleted_user_raises_account_gone(user: User) -> None:
    User.objects.filter(pk=user.pk).delete()
    with pytest.raises(InvalidAccountOrToken), unit_of_work(user):
        pass


def test_unit_of_work_without_writes_keeps_the_revision(user: User) -> None:
    with unit_of_work(user) as work:
        assert work.revision == 0
    user.refresh_from_db()
    assert user.revision == 0


def test_failed_unit_of_work_keeps_the_revision(user: User) -> None:
    with pytest.raises(IntegrityError), unit_of_work(user) as work:
        work.create(title="", status="open")
    user.refresh_from_db()
    assert user.revision == 0


def test_titles_sort_by_code_point_in_the_database(user: User) -> None:
    titles = ["Z", "a", "z", "É", "é", "ﬀ", "😀"]
    for title in reversed(titles):
        make_todo(user, title)
    assert list(Todo.objects.order_by("title").values_list("title", flat=True)) == titles


def test_list_indexes_hold_live_todos_only(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name LIKE 'todo_%'")
        else:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'todos_todo' AND indexname LIKE 'todo\\_%'"
            )
        definitions = [row[0] for row in cursor.fetchall() if "position" in row[0]]
    assert len(definitions) == 8
    assert all("deleted_at" in definition.partition("WHERE")[2] for definition in definitions)
