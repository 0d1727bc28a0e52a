"""One todo: making, reading, changing and deleting it."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from todos.models import Todo
from todos.tests.factories import make_todo


def url(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


@pytest.fixture
def todo(user: User) -> Todo:
    return make_todo(user)


def test_a_new_todo_is_open_and_its_owners(mine: APIClient, user: User) -> None:
    answer = mine.post(reverse("todo-list"), {"title": " Buy milk "})
    assert answer.status_code == 201
    todo = answer.json()
    assert answer["Location"] == f"http://testserver/todos/{todo['id']}/"
    assert list(todo) == [
        "id", "title", "description", "status", "due_at", "created_by",
        "created_at", "updated_at", "completed_at", "revision",
    ]  # fmt: skip
    assert (todo["title"], todo["description"], todo["status"]) == ("Buy milk", "", "open")
    assert (todo["due_at"], todo["completed_at"], todo["created_by"]) == (None, None, user.email)
    assert todo["created_at"] == todo["updated_at"]
    assert todo["created_at"].endswith("Z")
