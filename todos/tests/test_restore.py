"""Undoing the deletion of a todo."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todos import current_revision, fetch_changes, fetch_ids, list_url, restore_url, todo_url
from todos.models import Todo
from todos.purge import purge


@pytest.fixture
def deleted_todo(user_client: APIClient, user: User) -> Todo:
    """A deleted todo; the user's revision is 2."""
    todo = make_todo(user, description=" a\n", status="completed")
    user_client.delete(todo_url(todo))
    return todo


def test_restore_returns_200_with_the_todo(user_client: APIClient, user: User, deleted_todo: Todo) -> None:
    response = user_client.post(restore_url(deleted_todo))
    assert response.status_code == 200
    assert (response.json()["id"], response.json()["revision"]) == (deleted_todo.pk, 3)
    assert (response["ETag"], response["X-Revision"]) == ('"3"', "3")
    assert current_revision(user) == 3


def test_restored_todo_is_unchanged_except_for_its_revision(user_client: APIClient) -> None:
    body = {"title": "é", "description": " \n", "status": "completed", "due_at": "2026-12-24T18:00:00.5Z"}
    created = user_client.post(list_url(), body)
    user_client.delete(created["Location"])
    restored = user_client.post(f"{created['Location']}restore/").json()
    assert restored == created.json() | {"revision": 3}
    assert user_client.get(created["Location"]).json() == restored


def test_restored_todo_has_its_old_place_in_lists(user_client: APIClient, user: User) -> None:
    first, second, third = (make_todo(user, title) for title in "abc")
    user_client.delete(todo_url(second))
    user_client.post(restore_url(second))
    for query in ({}, {"limit": "9"}, {"status": "open", "limit": "9"}):
        assert fetch_ids(user_client, **query) == [first.pk, second.pk, third.pk]


def test_restored_todo_can_be_found_and_changed(user_client: APIClient, deleted_todo: Todo) -> None:
    user_client.post(restore_url(deleted_todo))
    assert fetch_ids(user_client, search="MILK") == [deleted_todo.pk]
    response = user_client.patch(todo_url(deleted_todo), {"status": "open"}, headers={"If-Match": '"3"'})
    assert (response.status_code, response.json()["revision"]) == (202, 4)


def test_sync_returns_the_tombstone_and_after_the_restore_the_todo(user_client: APIClient, deleted_todo: Todo) -> None:
    assert fetch_changes(user_client, 1) == [{"id": deleted_todo.pk, "revision": 2, "deleted": True}]
    restored = user_client.post(restore_url(deleted_todo)).json()
    assert fetch_changes(user_client, 2) == fetch_changes(user_client, 0) == [restored]
    assert fetch_changes(user_client, 3) == []


def test_todo_can_be_deleted_and_restored_repeatedly(user_client: APIClient, user: User, deleted_todo: Todo) -> None:
    for expected in (3, 5, 7):
        assert user_client.post(restore_url(deleted_todo)).json()["revision"] == expected
        assert user_client.delete(todo_url(deleted_todo))["X-Revision"] == str(expected + 1)
        assert user_client.get(todo_url(deleted_todo)).status_code == 404
    assert current_revision(user) == 8


def test_restoring_a_live_todo_changes_nothing(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    before = user_client.get(todo_url(todo)).json()
    response = user_client.post(restore_url(todo))
    assert (response.status_code, response.json()) == (200, before)
    assert (response["ETag"], response["X-Revision"]) == ('"1"', "1")
    assert current_revision(user) == 1


def test_restoring_twice_raises_the_revision_once(user_client: APIClient, user: User, deleted_todo: Todo) -> None:
    first, second = user_client.post(restore_url(deleted_todo)), user_client.post(restore_url(deleted_todo))
    assert second.json() == first.json()
    assert second["X-Revision"] == first["X-Revision"] == "3"
    assert current_revision(user) == 3


def test_x_revision_of_restoring_a_live_todo_is_the_users_revision(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    make_todo(user)
    response = user_client.post(restore_url(todo))
    assert (response["ETag"], response["X-Revision"]) == ('"1"', "2")


def test_restoring_a_todo_of_another_user_is_404_like_an_absent_one(user: User, deleted_todo: Todo) -> None:
    other = make_user()
    live = make_todo(user)
    absent = client_for(other).post(restore_url(live.pk + 1))
    for todo in (deleted_todo, live):
        response = client_for(other).post(restore_url(todo))
        assert assert_error(response, 404) == assert_error(absent, 404)
    deleted_todo.refresh_from_db()
    assert deleted_todo.deleted_at is not None
    assert (current_revision(other), current_revision(user)) == (0, 3)


def test_restoring_a_purged_todo_is_404(user_client: APIClient, user: User, deleted_todo: Todo) -> None:
    assert purge(timezone.now() + timedelta(seconds=1)) == 1
    assert_error(user_client.post(restore_url(deleted_todo)), 404)
    assert current_revision(user) == 2


def test_restored_todo_is_not_purged(user_client: APIClient, deleted_todo: Todo) -> None:
    user_client.post(restore_url(deleted_todo))
    assert purge(timezone.now() + timedelta(days=99)) == 0
    assert user_client.get(todo_url(deleted_todo)).status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize("id", ["0", "-1", "01", "1.0", str(2**63 - 1), str(2**63), str(2**70), "abc", "%00"])
def test_restoring_an_invalid_id_is_404(user_client: APIClient, deleted_todo: Todo, id: str) -> None:
    assert_error(user_client.post(f"{list_url()}{id}/restore/"), 404)


@pytest.mark.any_database
@pytest.mark.parametrize("body", [{"title": "x"}, {"deleted": False}, [], [{}], "x", 5])
def test_restore_with_a_body_is_refused(user_client: APIClient, user: User, deleted_todo: Todo, body: Any) -> None:
    assert_error(user_client.post(restore_url(deleted_todo), body), 400)
    deleted_todo.refresh_from_db()
    assert deleted_todo.deleted_at is not None
    assert current_revision(user) == 2


@pytest.mark.any_database
@pytest.mark.parametrize("body", [None, {}])
def test_restore_with_an_empty_body_is_accepted(user_client: APIClient, deleted_todo: Todo, body: Any) -> None:
    assert user_client.post(restore_url(deleted_todo), body).status_code == 200


@pytest.mark.any_database
def test_restore_with_a_query_is_refused(user_client: APIClient, user: User, deleted_todo: Todo) -> None:
    [error] = assert_error(user_client.post(f"{restore_url(deleted_todo)}?since=0"), 400)
    assert error["attr"] == "since"
    assert current_revision(user) == 2


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_than_post_are_405(user_client: APIClient, user: User, deleted_todo: Todo, method: str) -> None:
    response = getattr(user_client, method)(restore_url(deleted_todo))
    assert_error(response, 405)
    assert "POST" in response["Allow"]
    assert method.upper() not in response["Allow"]
    assert current_revision(user) == 2


@pytest.mark.any_database
def test_restore_works_without_the_trailing_slash(user_client: APIClient, deleted_todo: Todo) -> None:
    response = user_client.post(restore_url(deleted_todo).rstrip("/"))
    assert (response.status_code, response.json()["revision"]) == (200, 3)


@pytest.mark.any_database
def test_restore_without_a_token_is_401(api: APIClient, deleted_todo: Todo) -> None:
    assert_error(api.post(restore_url(deleted_todo)), 401)
    deleted_todo.refresh_from_db()
    assert deleted_todo.deleted_at is not None
