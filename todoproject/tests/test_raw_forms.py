"""The raw-data forms of the browsable API contain what the API accepts."""

import html
import json
import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from testing.todos import list_url

pytestmark = pytest.mark.any_database

RAW_CONTENT = re.compile(r'<textarea[^>]*name="_content"[^>]*>(.*?)</textarea>', re.DOTALL)


def read_raw_body(client: APIClient, path: str) -> dict[str, Any]:
    """Return the prefilled body of a page's raw-data form."""
    page = client.get(path, HTTP_ACCEPT="text/html").content.decode()
    [content] = RAW_CONTENT.findall(page)
    return json.loads(html.unescape(content))


def test_raw_body_of_a_new_todo_is_accepted_with_a_title(user_client: APIClient) -> None:
    body = read_raw_body(user_client, list_url())
    assert body == {"title": "", "description": "", "status": "open", "due_at": None}
    assert user_client.post(list_url(), body | {"title": "x"}).status_code == 201


@pytest.mark.parametrize(("method", "status"), [("put", 200), ("patch", 202)])
def test_raw_body_of_a_todo_is_accepted_as_it_is(user_client: APIClient, method: str, status: int) -> None:
    path = f"{list_url()}{user_client.post(list_url(), {'title': 'x'}).json()['id']}/"
    response = getattr(user_client, method)(path, read_raw_body(user_client, path))
    assert (response.status_code, response["X-Revision"]) == (status, "1")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/auth/signup/", {"email", "password"}),
        ("/auth/login/", {"email", "password"}),
        ("/auth/refresh/", {"refresh"}),
        ("/auth/logout/", set()),
        ("/auth/password/", {"current_password", "new_password"}),
    ],
)
def test_raw_bodies_of_accounts_have_the_fields_as_empty_texts(
    user_client: APIClient, path: str, fields: set[str]
) -> None:
    assert read_raw_body(user_client, path) == dict.fromkeys(fields, "")
