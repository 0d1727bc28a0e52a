"""How many statements on data a call takes; BEGIN, COMMIT and SAVEPOINT are not counted."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from todos.tests.factories import make_todo

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def statements(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        call()
    return sum(not query["sql"].startswith(TRANSACTION) for query in queries.captured_queries)


def test_reading_one_todo_takes_two(mine: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert statements(lambda: mine.get(url)) == 2


def test_creating_takes_three(mine: APIClient) -> None:
    assert statements(lambda: mine.post(reverse("todo-list"), {"title": "x"})) == 3


@pytest.mark.parametrize("method", ["put", "patch"])
def test_changing_takes_four(mine: APIClient, user: User, method: str) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert statements(lambda: getattr(mine, method)(url, {"title": "x"})) == 4


def test_deleting_takes_four(mine: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert statements(lambda: mine.delete(url)) == 4


def test_a_browser_session_takes_one_more(client: Client, user: User) -> None:
    client.force_login(user)
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert statements(lambda: client.get(url)) == 3
