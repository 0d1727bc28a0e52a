"""Deleting all completed todos in one call."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo, make_user
from testing.queries import capture_statements
from testing.todos import (
    current_revision,
    error_attrs,
    fetch_changes,
    fetch_ids,
    list_url,
    restore_url,
    stored_todos,
    todo_url,
)

# Clearing


def test_clearing_deletes_completed_todos_only(user_client: APIClient, user: User) -> None:
    kept = make_todo(user)
    for _ in range(2):
        make_todo(user, status="completed")
    response = user_client.delete(list_url(status="completed"))
    assert (response.status_code, response.content) == (204, b"")
    assert fetch_ids(user_client) == [kept.pk]


def test_each_cleared_todo_leaves_a_tombstone_with_its_own_revision(user_client: APIClient, user: User) -> None:
    todos = [make_todo(user, status=status) for status in ("completed", "open", "completed", "completed")]
    assert user_client.delete(list_url(status="completed"))["X-Revision"] == "7"
    changes = fetch_changes(user_client, 4)
    cleared = [todos[0].pk, todos[2].pk, todos[3].pk]
    assert changes == [{"id": pk, "revision": n, "deleted": True} for n, pk in enumerate(cleared, start=5)]
    assert current_revision(user) == 7


def test_cleared_todo_can_be_restored(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, status="completed")
    before = user_client.get(todo_url(todo)).json()
    user_client.delete(list_url(status="completed"))
    after = user_client.post(restore_url(todo)).json()
    assert after == before | {"revision": 3}


def test_clearing_keeps_the_todos_of_other_users(user_client: APIClient, user: User) -> None:
    other = make_todo(make_user(), status="completed")
    make_todo(user, status="completed")
    user_client.delete(list_url(status="completed"))
    other.refresh_from_db()
    assert (other.deleted_at, other.revision) == (None, 1)


def test_clearing_again_does_not_change_tombstones(user_client: APIClient, user: User) -> None:
    make_todo(user, status="completed")
    user_client.delete(list_url(status="completed"))
    before = stored_todos(user)
    response = user_client.delete(list_url(status="completed"))
    assert (response.status_code, response["X-Revision"]) == (204, "2")
    assert stored_todos(user) == before


@pytest.mark.parametrize("todos", [[], ["open"]])
def test_clearing_nothing_raises_no_revision(user_client: APIClient, user: User, todos: list[str]) -> None:
    for status in todos:
        make_todo(user, status=status)
    response = user_client.delete(list_url(status="completed"))
    assert (response.status_code, response["X-Revision"]) == (204, str(len(todos)))
    assert current_revision(user) == len(todos)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "status=COMPLETED",
        "status=",
        "status=completed&status=completed",
        "status=open&status=completed",
        "status=completed&search=x",
        "status=completed&limit=1",
        "search=x",
        "statuses=completed",
    ],
)
def test_clearing_with_another_query_is_refused(user_client: APIClient, user: User, query: str) -> None:
    make_todo(user, status="completed")
    before = stored_todos(user)
    assert_error(user_client.delete(f"{list_url()}?{query}"), 400)
    assert stored_todos(user) == before


@pytest.mark.any_database
def test_delete_of_the_list_without_a_query_is_405(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, status="completed")
    response = user_client.delete(list_url())
    assert_error(response, 405)
    assert "DELETE" not in response["Allow"]
    assert stored_todos(user) == (1, [(todo.pk, "Buy milk", "completed", 1)])


@pytest.mark.any_database
@pytest.mark.parametrize("body", [{"status": "completed"}, [], [{"id": 1}], "x"])
def test_clearing_with_a_body_is_refused(user_client: APIClient, user: User, body: Any) -> None:
    make_todo(user, status="completed")
    assert_error(user_client.delete(list_url(status="completed"), body), 400)
    assert current_revision(user) == 1


@pytest.mark.any_database
def test_clearing_with_if_match_is_refused(user_client: APIClient, user: User) -> None:
    make_todo(user, status="completed")
    assert error_attrs(user_client.delete(list_url(status="completed"), headers={"If-Match": "*"}), 400) == ["If-Match"]
    assert current_revision(user) == 1


@pytest.mark.in_process("counts statements")
def test_clearing_takes_as_many_statements_for_60_todos_as_for_2(user_client: APIClient, user: User) -> None:
    counts = []
    for total in (2, 60):
        for _ in range(total):
            make_todo(user, status="completed")
        counts.append(len(capture_statements(lambda: user_client.delete(list_url(status="completed")))))
    assert counts[0] == counts[1] <= 4
