"""Rules of all bulk calls: items are objects, there is no query, and a token is needed."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo
from testing.todos import current_revision, error_attrs, list_url, stored_todos

NON_OBJECTS: list[Any] = ["x", 5, 1.5, None, True, [], [{"title": "x"}]]


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["post", "patch"])
@pytest.mark.parametrize("item", NON_OBJECTS)
@pytest.mark.parametrize("index", [0, 1])
def test_item_that_is_not_an_object_is_refused_by_its_index(
    user_client: APIClient, user: User, method: str, item: Any, index: int
) -> None:
    todo = make_todo(user)
    items: list[Any] = [{"title": "y"} | ({"id": todo.pk} if method == "patch" else {})]
    items.insert(index, item)
    assert error_attrs(getattr(user_client, method)(list_url(), items), 400) == [f"{index}"]
    assert stored_todos(user) == (1, [(todo.pk, "Buy milk", "open", 1)])


@pytest.mark.any_database
def test_bulk_create_and_bulk_patch_with_a_query_are_refused(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    url = list_url(status="completed")
    assert error_attrs(user_client.patch(url, [{"id": todo.pk, "title": "y"}]), 400) == ["status"]
    assert error_attrs(user_client.post(url, [{"title": "y"}]), 400) == ["status"]
    assert current_revision(user) == 1


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_bulk_call_without_a_token_is_401(api: APIClient, user: User, method: str) -> None:
    todo = make_todo(user, status="completed")
    body = None if method == "delete" else [{"id": todo.pk, "title": "y"}]
    url = list_url(status="completed") if method == "delete" else list_url()
    assert_error(getattr(api, method)(url, body), 401)
    assert stored_todos(user) == (1, [(todo.pk, "Buy milk", "completed", 1)])
