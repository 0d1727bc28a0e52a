"""URLs of todos, calls that read them, and parts of their responses."""

import re
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from todos.models import Todo

Row = dict[str, Any]

ORDERING_FIELDS = ("id", "updated_at", "due_at", "title")
ORDERINGS = [sign + field for field in ORDERING_FIELDS for sign in ("", "-")]
FIELDS = [
    "id", "title", "description", "status", "due_at", "created_by",
    "created_at", "updated_at", "completed_at", "revision",
]  # fmt: skip


def list_url(**query: Any) -> str:
    """Return the URL of the list of todos, with a query if there is one."""
    return f"{reverse('todo-list')}?{urlencode(query)}" if query else reverse("todo-list")


def todo_url(todo: Todo | int) -> str:
    """Return the URL of one todo, or of the todo with this id."""
    return reverse("todo-detail", args=[todo.pk if isinstance(todo, Todo) else todo])


def restore_url(todo: Todo | int) -> str:
    """Return the URL that restores a deleted todo."""
    return reverse("todo-restore", args=[todo.pk if isinstance(todo, Todo) else todo])


def link_urls(response: Any) -> dict[str, str]:
    """Return the URLs in the `Link` header, by relation: `next` and `prev`."""
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="([a-z]+)"', response.headers.get("Link", ""))}


def todo_ids(*responses: Any) -> list[int]:
    """Return the ids of the todos in list responses, in their order."""
    return [todo["id"] for response in responses for todo in response.json()]


def fetch_list(client: APIClient, **query: Any) -> list[Row]:
    """Read the list with a query; fail unless the response is 200."""
    response = client.get(list_url(**query))
    assert response.status_code == 200, response.content
    return response.json()


def fetch_titles(client: APIClient, **query: Any) -> list[str]:
    """Read the list with a query, and return its titles."""
    return [todo["title"] for todo in fetch_list(client, **query)]


def fetch_ids(client: APIClient, **query: Any) -> list[int]:
    """Read the list with a query, and return its ids."""
    return [todo["id"] for todo in fetch_list(client, **query)]


def fetch_changes(client: APIClient, since: int) -> list[Row]:
    """Read the changes after a revision."""
    return fetch_list(client, since=since)


def fetch_etag(client: APIClient, query: str = "", **headers: Any) -> str:
    """Read the list with a query string such as `?limit=1`, and return its entity tag."""
    response = client.get(f"{list_url()}{query}", **headers)
    assert response.status_code == 200, response.content
    return response["ETag"]


def fetch_list_error(client: APIClient, query_string: str, **headers: Any) -> dict[str, Any]:
    """Read the list with a raw query string, and return the only error of the 400 response."""
    response = client.get(list_url(), QUERY_STRING=query_string, **headers)
    [error] = assert_error(response, 400)
    assert response.json()["type"] == "validation_error"
    return error


def get_attr_and_code(response: Any, status: int = 400) -> tuple[str | None, str]:
    """Return the attr and the code of a response's only error."""
    [error] = assert_error(response, status)
    return error["attr"], error["code"]


def error_attrs(response: Any, status: int = 400) -> list[str | None]:
    """Return the attr of each error of a response."""
    return [error["attr"] for error in assert_error(response, status)]


def current_revision(user: User) -> int:
    """Return the user's revision in the database."""
    return User.objects.values_list("revision", flat=True).get(pk=user.pk)


def stored_todos(user: User) -> tuple[int, list[tuple[Any, ...]]]:
    """Return the user's revision and all their todos, to check that a refused call has changed nothing."""
    rows = Todo.objects.owned_by(user).values_list("id", "title", "status", "revision")
    return current_revision(user), list(rows)


def admin_form(**values: object) -> dict[str, object]:
    """Return the fields of the admin's form for a todo."""
    return {"title": "Buy milk", "description": "", "status": "open", "due_at_0": "", "due_at_1": "", **values}
