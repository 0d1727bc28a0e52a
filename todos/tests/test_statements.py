"""How many statements on data each call takes; BEGIN, COMMIT and SAVEPOINT are not counted."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.queries import capture_statements
from testing.todos import list_url, todo_url

pytestmark = pytest.mark.in_process("counts statements")


def test_reading_a_todo_takes_two_statements(user_client: APIClient, user: User) -> None:
    url = todo_url(make_todo(user))
    assert len(capture_statements(lambda: user_client.get(url))) == 2


def test_creating_a_todo_takes_three_statements(user_client: APIClient) -> None:
    assert len(capture_statements(lambda: user_client.post(list_url(), {"title": "x"}))) == 3


@pytest.mark.parametrize("method", ["put", "patch"])
def test_changing_a_todo_takes_four_statements(user_client: APIClient, user: User, method: str) -> None:
    url = todo_url(make_todo(user))
    assert len(capture_statements(lambda: getattr(user_client, method)(url, {"title": "x"}))) == 4


def test_deleting_a_todo_takes_four_statements(user_client: APIClient, user: User) -> None:
    url = todo_url(make_todo(user))
    assert len(capture_statements(lambda: user_client.delete(url))) == 4


def test_reading_in_a_browser_session_takes_one_more_statement(client: Client, user: User) -> None:
    client.force_login(user)
    url = todo_url(make_todo(user))
    assert len(capture_statements(lambda: client.get(url))) == 3
