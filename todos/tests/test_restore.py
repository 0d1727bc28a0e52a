"""Undoing the deletion of a todo."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from todos.models import Todo
from todos.purge import purge


def url(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


def restoring(todo: Todo) -> str:
    return reverse("todo-restore", args=[todo.pk])


def revision(user: User) -> int:
    user.refresh_from_db()
    return user.revision


@pytest.fixture
def gone(user_client: APIClient, user: User) -> Todo:
    """A deleted todo; the user's revision is 2."""
    todo = make_todo(user, description=" a\n", status="completed")
    user_client.delete(url(todo))
    return todo


def test_restoring_answers_200_with_the_todo(user_client: APIClient, user: User, gone: Todo) -> None:
    answer = user_client.post(restoring(gone))
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["revision"]) == (gone.pk, 3)
    assert (answer["ETag"], answer["X-Revision"]) == ('"3"', "3")
    assert revision(user) == 3


def test_a_restored_todo_is_as_it_was_but_for_its_revision(user_client: APIClient) -> None:
    body = {"title": "é", "description": " \n", "status": "completed", "due_at": "2026-12-24T18:00:00.5Z"}
    made = user_client.post(reverse("todo-list"), body)
    user_client.delete(made["Location"])
    restored = user_client.post(f"{made['Location']}restore/").json()
    assert restored == made.json() | {"revision": 3}
    assert user_client.get(made["Location"]).json() == restored


def test_a_restored_todo_is_in_its_old_place_in_the_lists(user_client: APIClient, user: User) -> None:
    first, second, third = (make_todo(user, title) for title in "abc")
    user_client.delete(url(second))
    user_client.post(restoring(second))
    for query in ({}, {"limit": "9"}, {"status": "open", "limit": "9"}):
        assert [todo["id"] for todo in user_client.get(reverse("todo-list"), query).json()] == [
            first.pk,
            second.pk,
            third.pk,
        ]


def test_a_restored_todo_can_be_found_and_changed(user_client: APIClient, gone: Todo) -> None:
    user_client.post(restoring(gone))
    assert [todo["id"] for todo in user_client.get(reverse("todo-list"), {"search": "MILK"}).json()] == [gone.pk]
    answer = user_client.patch(url(gone), {"status": "open"}, headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.json()["revision"]) == (202, 4)


def test_a_client_that_syncs_sees_the_tombstone_and_then_the_todo(user_client: APIClient, gone: Todo) -> None:
    def changes(since: int) -> Any:
        return user_client.get(reverse("todo-list"), {"since": str(since)}).json()

    assert changes(1) == [{"id": gone.pk, "revision": 2, "deleted": True}]
    restored = user_client.post(restoring(gone)).json()
    assert changes(2) == changes(0) == [restored]
    assert changes(3) == []


def test_a_todo_can_be_deleted_and_restored_again_and_again(user_client: APIClient, user: User, gone: Todo) -> None:
    for expected in (3, 5, 7):
        assert user_client.post(restoring(gone)).json()["revision"] == expected
        assert user_client.delete(url(gone))["X-Revision"] == str(expected + 1)
        assert user_client.get(url(gone)).status_code == 404
    assert revision(user) == 8


def test_restoring_a_live_todo_changes_nothing(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    before = user_client.get(url(todo)).json()
    answer = user_client.post(restoring(todo))
    assert (answer.status_code, answer.json()) == (200, before)
    assert (answer["ETag"], answer["X-Revision"]) == ('"1"', "1")
    assert revision(user) == 1


def test_restoring_twice_raises_the_revision_once(user_client: APIClient, user: User, gone: Todo) -> None:
    first, second = user_client.post(restoring(gone)), user_client.post(restoring(gone))
    assert second.json() == first.json()
    assert second["X-Revision"] == first["X-Revision"] == "3"
    assert revision(user) == 3


def test_the_x_revision_of_a_live_todo_is_the_users(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    make_todo(user)
    answer = user_client.post(restoring(todo))
    assert (answer["ETag"], answer["X-Revision"]) == ('"1"', "2")


def test_anothers_todo_is_as_one_that_never_was(user: User, gone: Todo) -> None:
    other = make_user()
    live = make_todo(user)
    absent = client_for(other).post(reverse("todo-restore", args=[live.pk + 1]))
    for todo in (gone, live):
        answer = client_for(other).post(restoring(todo))
        assert assert_error(answer, 404) == assert_error(absent, 404)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert (revision(other), revision(user)) == (0, 3)


def test_what_was_purged_cannot_be_restored(user_client: APIClient, user: User, gone: Todo) -> None:
    assert purge(timezone.now() + timedelta(seconds=1)) == 1
    assert_error(user_client.post(restoring(gone)), 404)
    assert revision(user) == 2


def test_what_was_restored_is_not_purged(user_client: APIClient, gone: Todo) -> None:
    user_client.post(restoring(gone))
    assert purge(timezone.now() + timedelta(days=99)) == 0
    assert user_client.get(url(gone)).status_code == 200


@pytest.mark.parametrize("id", ["0", "-1", "01", "1.0", str(2**63 - 1), str(2**63), str(2**70), "abc", "%00"])
def test_what_is_no_id_is_404(user_client: APIClient, gone: Todo, id: str) -> None:
    assert_error(user_client.post(f"{reverse('todo-list')}{id}/restore/"), 404)


@pytest.mark.parametrize("body", [{"title": "x"}, {"deleted": False}, [], [{}], "x", 5])
def test_restoring_takes_no_body(user_client: APIClient, user: User, gone: Todo, body: Any) -> None:
    assert_error(user_client.post(restoring(gone), body), 400)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert revision(user) == 2


@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_body_is_none(user_client: APIClient, gone: Todo, body: Any) -> None:
    assert user_client.post(restoring(gone), body).status_code == 200


def test_restoring_takes_no_query(user_client: APIClient, user: User, gone: Todo) -> None:
    [error] = assert_error(user_client.post(f"{restoring(gone)}?since=0"), 400)
    assert error["attr"] == "since"
    assert revision(user) == 2


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_405(user_client: APIClient, user: User, gone: Todo, method: str) -> None:
    answer = getattr(user_client, method)(restoring(gone))
    assert_error(answer, 405)
    assert "POST" in answer["Allow"]
    assert method.upper() not in answer["Allow"]
    assert revision(user) == 2


def test_the_trailing_slash_may_be_left_out(user_client: APIClient, gone: Todo) -> None:
    answer = user_client.post(restoring(gone).rstrip("/"))
    assert (answer.status_code, answer.json()["revision"]) == (200, 3)


def test_restoring_needs_a_token(api: APIClient, gone: Todo) -> None:
    assert_error(api.post(restoring(gone)), 401)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
