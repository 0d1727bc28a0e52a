"""Undoing the deletion of a todo."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_user, signed_in
from todoproject.tests.shapes import assert_error
from todos.models import Todo
from todos.purge import purge
from todos.tests.factories import make_todo


def url(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


def restoring(todo: Todo) -> str:
    return reverse("todo-restore", args=[todo.pk])


def revision(user: User) -> int:
    user.refresh_from_db()
    return user.revision


@pytest.fixture
def gone(mine: APIClient, user: User) -> Todo:
    """A deleted todo; the user's revision is 2."""
    todo = make_todo(user, description=" a\n", status="completed")
    mine.delete(url(todo))
    return todo


def test_restoring_answers_200_with_the_todo(mine: APIClient, user: User, gone: Todo) -> None:
    answer = mine.post(restoring(gone))
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["revision"]) == (gone.pk, 3)
    assert (answer["ETag"], answer["X-Revision"]) == ('"3"', "3")
    assert revision(user) == 3


def test_a_restored_todo_is_as_it_was_but_for_its_revision(mine: APIClient) -> None:
    body = {"title": "é", "description": " \n", "status": "completed", "due_at": "2026-12-24T18:00:00.5Z"}
    made = mine.post(reverse("todo-list"), body)
    mine.delete(made["Location"])
    restored = mine.post(f"{made['Location']}restore/").json()
    assert restored == made.json() | {"revision": 3}
    assert mine.get(made["Location"]).json() == restored


def test_a_restored_todo_is_in_its_old_place_in_the_lists(mine: APIClient, user: User) -> None:
    first, second, third = (make_todo(user, title) for title in "abc")
    mine.delete(url(second))
    mine.post(restoring(second))
    for query in ({}, {"limit": "9"}, {"status": "open", "limit": "9"}):
        assert [todo["id"] for todo in mine.get(reverse("todo-list"), query).json()] == [first.pk, second.pk, third.pk]


def test_a_restored_todo_can_be_found_and_changed(mine: APIClient, gone: Todo) -> None:
    mine.post(restoring(gone))
    assert [todo["id"] for todo in mine.get(reverse("todo-list"), {"search": "MILK"}).json()] == [gone.pk]
    answer = mine.patch(url(gone), {"status": "open"}, headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.json()["revision"]) == (202, 4)


def test_a_client_that_syncs_sees_the_tombstone_and_then_the_todo(mine: APIClient, gone: Todo) -> None:
    def changes(since: int) -> Any:
        return mine.get(reverse("todo-list"), {"since": str(since)}).json()

    assert changes(1) == [{"id": gone.pk, "revision": 2, "deleted": True}]
    restored = mine.post(restoring(gone)).json()
    assert changes(2) == changes(0) == [restored]
    assert changes(3) == []


def test_a_todo_can_be_deleted_and_restored_again_and_again(mine: APIClient, user: User, gone: Todo) -> None:
    for expected in (3, 5, 7):
        assert mine.post(restoring(gone)).json()["revision"] == expected
        assert mine.delete(url(gone))["X-Revision"] == str(expected + 1)
        assert mine.get(url(gone)).status_code == 404
    assert revision(user) == 8


def test_restoring_a_live_todo_changes_nothing(mine: APIClient, user: User) -> None:
    todo = make_todo(user)
    before = mine.get(url(todo)).json()
    answer = mine.post(restoring(todo))
    assert (answer.status_code, answer.json()) == (200, before)
    assert (answer["ETag"], answer["X-Revision"]) == ('"1"', "1")
    assert revision(user) == 1


def test_restoring_twice_raises_the_revision_once(mine: APIClient, user: User, gone: Todo) -> None:
    first, second = mine.post(restoring(gone)), mine.post(restoring(gone))
    assert second.json() == first.json()
    assert second["X-Revision"] == first["X-Revision"] == "3"
    assert revision(user) == 3


def test_the_x_revision_of_a_live_todo_is_the_users(mine: APIClient, user: User) -> None:
    todo = make_todo(user)
    make_todo(user)
    answer = mine.post(restoring(todo))
    assert (answer["ETag"], answer["X-Revision"]) == ('"1"', "2")


def test_anothers_todo_is_as_one_that_never_was(user: User, gone: Todo) -> None:
    other = make_user()
    live = make_todo(user)
    absent = signed_in(other).post(reverse("todo-restore", args=[live.pk + 1]))
    for todo in (gone, live):
        answer = signed_in(other).post(restoring(todo))
        assert assert_error(answer, 404) == assert_error(absent, 404)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert (revision(other), revision(user)) == (0, 3)


def test_what_was_purged_cannot_be_restored(mine: APIClient, user: User, gone: Todo) -> None:
    assert purge(timezone.now() + timedelta(seconds=1)) == 1
    assert_error(mine.post(restoring(gone)), 404)
    assert revision(user) == 2


def test_what_was_restored_is_not_purged(mine: APIClient, gone: Todo) -> None:
    mine.post(restoring(gone))
    assert purge(timezone.now() + timedelta(days=99)) == 0
    assert mine.get(url(gone)).status_code == 200


@pytest.mark.parametrize("id", ["0", "-1", "01", "1.0", str(2**63 - 1), str(2**63), str(2**70), "abc", "%00"])
def test_what_is_no_id_is_404(mine: APIClient, gone: Todo, id: str) -> None:
    assert_error(mine.post(f"{reverse('todo-list')}{id}/restore/"), 404)


@pytest.mark.parametrize("body", [{"title": "x"}, {"deleted": False}, [], [{}], "x", 5])
def test_restoring_takes_no_body(mine: APIClient, user: User, gone: Todo, body: Any) -> None:
    assert_error(mine.post(restoring(gone), body), 400)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
    assert revision(user) == 2


@pytest.mark.parametrize("body", [None, {}])
def test_an_empty_body_is_none(mine: APIClient, gone: Todo, body: Any) -> None:
    assert mine.post(restoring(gone), body).status_code == 200


def test_restoring_takes_no_query(mine: APIClient, user: User, gone: Todo) -> None:
    [error] = assert_error(mine.post(f"{restoring(gone)}?since=0"), 400)
    assert error["attr"] == "since"
    assert revision(user) == 2


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_405(mine: APIClient, user: User, gone: Todo, method: str) -> None:
    answer = getattr(mine, method)(restoring(gone))
    assert_error(answer, 405)
    assert "POST" in answer["Allow"]
    assert method.upper() not in answer["Allow"]
    assert revision(user) == 2


def test_the_trailing_slash_may_be_left_out(mine: APIClient, gone: Todo) -> None:
    answer = mine.post(restoring(gone).rstrip("/"))
    assert (answer.status_code, answer.json()["revision"]) == (200, 3)


def test_restoring_needs_a_token(api: APIClient, gone: Todo) -> None:
    assert_error(api.post(restoring(gone)), 401)
    gone.refresh_from_db()
    assert gone.deleted_at is not None
