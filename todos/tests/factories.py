"""Todos for tests."""

from typing import Any

from accounts.models import User
from todos.models import Todo
from todos.writes import writing


def make_todo(owner: User, title: str = "Buy milk", **values: Any) -> Todo:
    with writing(owner) as write:
        return write.create(title=title, **values)
