"""X-Revision: every write returns the user's revision."""

from typing import Any

from rest_framework.test import APIClient

from testing.todos import list_url, restore_url, todo_url
from todos.models import Todo

# X-Revision


def test_every_write_returns_the_users_revision(user_client: APIClient, second_todo: Todo) -> None:
    url = list_url()
    responses = [
        user_client.post(url, {"title": "a"}),
        user_client.post(url, [{"title": "b"}, {"title": "c", "status": "completed"}]),
        user_client.put(todo_url(second_todo), {"title": "d"}),
        user_client.patch(todo_url(second_todo), {"title": "e"}),
        user_client.patch(url, [{"id": second_todo.pk, "title": "f"}]),
        user_client.delete(todo_url(second_todo)),
        user_client.post(restore_url(second_todo)),
        user_client.delete(list_url(status="completed")),
    ]
    assert [response["X-Revision"] for response in responses] == ["3", "5", "6", "7", "8", "9", "10", "11"]


def test_write_that_changes_nothing_returns_the_users_revision(user_client: APIClient, second_todo: Todo) -> None:
    url = list_url()
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "k"}
    user_client.post(url, {"title": "a"}, **key)
    assert user_client.delete(todo_url(second_todo.pk + 1))["X-Revision"] == "4"
    responses = [
        user_client.post(url, {"title": "a"}, **key),
        user_client.put(todo_url(second_todo), {"title": second_todo.title}),
        user_client.patch(todo_url(second_todo), {"status": "open"}),
        user_client.patch(url, [{"id": second_todo.pk, "title": second_todo.title}]),
        user_client.delete(todo_url(second_todo.pk + 1)),
        user_client.post(restore_url(second_todo)),
        user_client.delete(list_url(status="completed")),
    ]
    assert [response["X-Revision"] for response in responses] == ["4"] * 7
