"""Todos that several test modules start from."""

import pytest

from accounts.models import User
from testing.factories import make_todo, make_user
from testing.todo_rows import insert_todos, make_varied_row
from todos.models import Todo


@pytest.fixture
def second_todo(user: User) -> Todo:
    """The user's second todo, with revision 2."""
    make_todo(user, "Bread")
    return make_todo(user)


@pytest.fixture
def three_ids(user: User) -> list[int]:
    """The ids of todos with the revisions 1, 2 and 3."""
    return [make_todo(user, title).pk for title in "abc"]


@pytest.fixture
def ten_todos(user: User) -> list[Todo]:
    return insert_todos(user, *({"title": f"Todo {number}"} for number in range(10)))


@pytest.fixture
def varied_todos(user: User) -> None:
    """19 live todos of the user; between them deleted ones, and another user's."""
    rows = [make_varied_row(number) for number in range(22)]
    insert_todos(user, *rows[:11])
    insert_todos(make_user(), *rows)
    insert_todos(user, *rows[11:])
