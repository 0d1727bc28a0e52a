"""Todos that are read as rows are the same as those that are read as instances."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_user
from testing.todo_rows import insert_todos, make_varied_row
from testing.todos import list_url
from todoproject.api.renderers import JSONRenderer
from todos.keyset import Cursor
from todos.models import Todo
from todos.representation import represent_todo
from todos.rows import TodoRow, get_todo, read_list, read_queryset
from todos.serializers import TodoSerializer

pytestmark = [pytest.mark.django_db, pytest.mark.in_process("calls the functions that read rows")]

# Whole seconds, microseconds with zeros at the end, and the first and the last moment.
MOMENTS = [
    datetime(2026, 12, 24, 18, tzinfo=UTC),
    datetime(2026, 12, 24, 18, 0, 0, 120_000, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


@pytest.fixture
def owner() -> User:
    owner = make_user()
    insert_todos(make_user(), *[{"title": "Another user's"}] * 3)
    insert_todos(owner, *[{"due_at": moment, "created_at": moment, "updated_at": moment} for moment in MOMENTS])
    insert_todos(owner, *map(make_varied_row, range(30)), {"title": '"\\é😀\u2028', "description": "\t\r\n<&>'"})
    return owner


def live(owner: User) -> Any:
    return Todo.objects.owned_by(owner).live().order_by("id")


def test_statement_by_hand_and_queryset_read_the_same_rows(owner: User) -> None:
    assert read_list(owner, 100) == read_queryset(live(owner))
    assert len(read_list(owner, 100)) == live(owner).count()


def test_pages_are_the_rows_next_to_the_cursor(owner: User) -> None:
    everything = read_list(owner, 100)
    middle = everything[15].position
    assert read_list(owner, 5, Cursor(middle, None, False, 0, 0)) == everything[16:21]
    assert read_list(owner, 5, Cursor(middle, None, True, 0, 0)) == everything[14:9:-1]
    assert read_list(owner, 5, Cursor(None, None, True, 0, 0)) == everything[:-6:-1]


def test_row_and_instance_are_represented_alike_in_json(owner: User) -> None:
    def to_json(data: Any) -> Any:
        return json.loads(JSONRenderer().render(data))

    for todo in Todo.objects.owned_by(owner):
        [row] = read_queryset(Todo.objects.filter(pk=todo.pk))
        expected = dict(TodoSerializer(todo).data)
        assert to_json(represent_todo(row, owner.email)) == to_json(represent_todo(todo, owner.email)) == expected


def test_one_todo_is_read_like_the_list(owner: User) -> None:
    assert [get_todo(owner, str(row.id)) for row in read_list(owner, 100)] == read_list(owner, 100)


def test_columns_of_a_row_are_columns_of_the_model() -> None:
    assert set(TodoRow._fields) <= {field.name for field in Todo._meta.concrete_fields}


@pytest.mark.parametrize("query", [{}, {"ordering": "id"}, {"created_after": "0001-01-01T00:00:00Z"}, {"since": 0}])
def test_every_way_to_read_a_whole_list_returns_the_same_todos(
    user_client: APIClient, user: User, query: dict[str, Any]
) -> None:
    insert_todos(user, *[{"due_at": moment} for moment in MOMENTS])
    expected = user_client.get(list_url(format="csv")).content.decode("utf-8-sig").splitlines()[1:]
    todos = user_client.get(list_url(**query)).json()
    assert [todo["due_at"] for todo in todos] == [line.split(",")[4] for line in expected]
    assert todos[1]["due_at"] == "2026-12-24T18:00:00.120000Z"
