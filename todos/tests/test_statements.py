"""How many statements on data a call takes; BEGIN, COMMIT and SAVEPOINT are not counted."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.queries import statements

pytestmark = pytest.mark.in_process("counts statements")


def test_reading_one_todo_takes_two(user_client: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert len(statements(lambda: user_client.get(url))) == 2


def test_creating_takes_three(user_client: APIClient) -> None:
    assert len(statements(lambda: user_client.post(reverse("todo-list"), {"title": "x"}))) == 3


@pytest.mark.parametrize("method", ["put", "patch"])
def test_changing_takes_four(user_client: APIClient, user: User, method: str) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert len(statements(lambda: getattr(user_client, method)(url, {"title": "x"}))) == 4


def test_deleting_takes_four(user_client: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert len(statements(lambda: user_client.delete(url))) == 4


def test_a_browser_session_takes_one_more(client: Client, user: User) -> None:
    client.force_login(user)
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert len(statements(lambda: client.get(url))) == 3
