"""Changing several todos with an array, all or none."""

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
    fetch_ids,
    fetch_list,
    fetch_titles,
    list_url,
    stored_todos,
    todo_url,
)

INVALID_IDS: list[Any] = [None, True, False, "1", 1.0, [], {}, 0, -1, 2**63 - 1, 2**63, 10**40]


def test_array_changes_todos_and_returns_them_in_its_order(user_client: APIClient, user: User) -> None:
    first, second, third = (make_todo(user, title) for title in "abc")
    response = user_client.patch(
        list_url(), [{"id": third.pk, "title": "z"}, {"id": first.pk, "status": "completed", "description": "done"}]
    )
    assert response.status_code == 202
    assert [(todo["id"], todo["title"], todo["revision"]) for todo in response.json()] == [
        (third.pk, "z", 4),
        (first.pk, "a", 5),
    ]
    assert response["X-Revision"] == "5"
    one, two, three = fetch_list(user_client)
    assert [three, one] == response.json()
    assert (two["title"], two["revision"]) == (second.title, 2)


def test_each_item_changes_only_its_own_fields(user_client: APIClient, user: User) -> None:
    due_at = "2026-12-24T18:00:00Z"
    todos = [make_todo(user, title, description=title) for title in "abcd"]
    changes = [{"title": "x"}, {"description": ""}, {"status": "completed"}, {"due_at": due_at}]
    user_client.patch(list_url(), [{"id": todo.pk, **change} for todo, change in zip(todos, changes, strict=True)])
    after = fetch_list(user_client)
    assert [todo["title"] for todo in after] == ["x", "b", "c", "d"]
    assert [todo["description"] for todo in after] == ["a", "", "c", "d"]
    assert [todo["status"] for todo in after] == ["open", "open", "completed", "open"]
    assert [todo["due_at"] for todo in after] == [None, None, None, due_at]
    assert [todo["completed_at"] is None for todo in after] == [True, True, False, True]


def test_search_finds_the_text_that_an_array_wrote(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user, "Milk"), make_todo(user, "Bread")
    user_client.patch(list_url(), [{"id": first.pk, "title": "Öl"}, {"id": second.pk, "status": "completed"}])
    found = [fetch_ids(user_client, search=word) for word in ("öL", "milk", "bread")]
    assert found == [[first.pk], [], [second.pk]]


def test_array_keeps_completed_at_when_completed_again_and_clears_it_on_reopening(
    user_client: APIClient, user: User
) -> None:
    first, second = (make_todo(user, status="completed") for _ in range(2))
    changes = [{"id": first.pk, "status": "completed", "title": "x"}, {"id": second.pk, "status": "open"}]
    kept, cleared = (todo["completed_at"] for todo in user_client.patch(list_url(), changes).json())
    assert kept == user_client.get(todo_url(first)).json()["completed_at"] is not None
    assert cleared is None


def test_item_that_changes_nothing_keeps_its_revision(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user, "a"), make_todo(user, "b")
    response = user_client.patch(list_url(), [{"id": first.pk, "title": " a "}, {"id": second.pk, "title": "z"}])
    assert [todo["revision"] for todo in response.json()] == [1, 3]
    assert response["X-Revision"] == "3"
    assert current_revision(user) == 3


def test_array_that_changes_nothing_raises_no_revision(user_client: APIClient, user: User) -> None:
    for title in "ab":
        make_todo(user, title)
    before = fetch_list(user_client)
    response = user_client.patch(list_url(), before)
    assert (response.status_code, response.json(), response["X-Revision"]) == (202, before, "2")
    assert fetch_list(user_client) == before
    assert current_revision(user) == 2


@pytest.mark.parametrize("id", INVALID_IDS)
@pytest.mark.parametrize("index", [0, 1])
def test_invalid_id_is_refused_by_its_index(user_client: APIClient, user: User, id: Any, index: int) -> None:
    todo = make_todo(user)
    items = [{"id": todo.pk, "title": "y"}]
    items.insert(index, {"id": id, "title": "z"})
    assert error_attrs(user_client.patch(list_url(), items), 400) == [f"{index}.id"]
    assert stored_todos(user) == (1, [(todo.pk, "Buy milk", "open", 1)])


@pytest.mark.parametrize("id", ["5", True, 1.5, None, [1], {}])
def test_id_that_is_not_a_whole_number_is_told_so(user_client: APIClient, user: User, id: Any) -> None:
    [error] = assert_error(user_client.patch(list_url(), [{"id": id, "title": "z"}]), 400)
    assert (error["attr"], error["code"]) == ("0.id", "invalid")
    assert "whole number" in error["detail"]


def test_item_without_an_id_is_refused(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    [error] = assert_error(user_client.patch(list_url(), [{"id": todo.pk, "title": "y"}, {"title": "z"}]), 400)
    assert (error["attr"], error["code"]) == ("1.id", "required")
    assert current_revision(user) == 1


def test_absent_foreign_and_deleted_ids_get_the_same_error(user_client: APIClient, user: User) -> None:
    kept, gone, foreign = make_todo(user), make_todo(user), make_todo(make_user())
    user_client.delete(todo_url(gone))
    before = stored_todos(user)
    ids = [kept.pk, gone.pk, foreign.pk, foreign.pk + 1]
    errors = assert_error(user_client.patch(list_url(), [{"id": pk, "title": "y"} for pk in ids]), 400)
    assert [error.pop("attr") for error in errors] == ["1.id", "2.id", "3.id"]
    assert errors[0] == errors[1] == errors[2]
    assert stored_todos(user) == before


def test_todo_that_is_named_twice_is_refused_at_both_indexes(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    before = stored_todos(user)
    response = user_client.patch(list_url(), [{"id": pk, "title": "y"} for pk in (first.pk, second.pk, first.pk)])
    assert error_attrs(response, 400) == ["0.id", "2.id"]
    assert stored_todos(user) == before


def test_stale_revision_is_412_and_changes_nothing(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    before = stored_todos(user)
    response = user_client.patch(
        list_url(), [{"id": first.pk, "title": "y"}, {"id": second.pk, "title": "y", "revision": 1}]
    )
    [error] = assert_error(response, 412)
    assert (error["attr"], error["code"]) == ("1.revision", "stale")
    assert response.json()["type"] == "client_error"
    assert stored_todos(user) == before


def test_every_stale_item_is_reported(user_client: APIClient, user: User) -> None:
    todos = [make_todo(user) for _ in range(3)]
    response = user_client.patch(list_url(), [{"id": todo.pk, "title": "y", "revision": 2} for todo in todos])
    assert error_attrs(response, 412) == ["0.revision", "2.revision"]


def test_item_with_the_current_revision_is_changed(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    response = user_client.patch(list_url(), [{"id": todo.pk, "title": "y", "revision": 1}])
    assert (response.status_code, response.json()[0]["revision"]) == (202, 2)


@pytest.mark.parametrize("change", [{"title": ""}, {"due": None}, {"id": 2**63}, {"revision": "1"}, {"id": None}])
def test_stale_revision_among_other_errors_is_400(user_client: APIClient, user: User, change: dict[str, Any]) -> None:
    stale, other = make_todo(user), make_todo(user)
    before = stored_todos(user)
    items = [{"id": stale.pk, "title": "y", "revision": 9}, {"id": other.pk, "title": "z", **change}]
    [name] = change
    assert error_attrs(user_client.patch(list_url(), items), 400) == ["0.revision", f"1.{name}"]
    assert stored_todos(user) == before


@pytest.mark.any_database
@pytest.mark.parametrize("revision", ["1", 1.0, True, None, [], {}])
def test_item_whose_revision_is_not_an_integer_is_refused(user_client: APIClient, user: User, revision: Any) -> None:
    todo = make_todo(user)
    assert error_attrs(user_client.patch(list_url(), [{"id": todo.pk, "title": "y", "revision": revision}]), 400) == [
        "0.revision"
    ]


@pytest.mark.parametrize("extra", [{}, {"revision": 1}])
def test_item_without_a_writable_field_gets_an_error_on_status(
    user_client: APIClient, user: User, extra: dict[str, Any]
) -> None:
    first, second = make_todo(user), make_todo(user)
    items = [{"id": second.pk, "status": "completed"}, {"id": first.pk, **extra}]
    assert error_attrs(user_client.patch(list_url(), items), 400) == ["1.status"]
    assert current_revision(user) == 2


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"due": None}, "due"),
        ({"title": None}, "title"),
        ({"description": 5}, "description"),
        ({"due_at": ""}, "due_at"),
        ({"title": "y", "created_at": "2026-01-01T00:00:00Z"}, "created_at"),
        ({"title": "y", "created_by": "other@example.com"}, "created_by"),
    ],
)
@pytest.mark.parametrize("index", [0, 1])
def test_one_invalid_change_refuses_the_whole_array_and_is_named_by_its_index(
    user_client: APIClient, user: User, change: dict[str, Any], attr: str, index: int
) -> None:
    good, bad = make_todo(user), make_todo(user)
    before = stored_todos(user)
    items = [{"id": good.pk, "title": "y"}]
    items.insert(index, {"id": bad.pk, **change})
    assert error_attrs(user_client.patch(list_url(), items), 400) == [f"{index}.{attr}"]
    assert stored_todos(user) == before


@pytest.mark.any_database
def test_invalid_status_in_an_array_has_the_error_text_of_the_flask_api(user_client: APIClient, user: User) -> None:
    response = user_client.patch(list_url(), [{"id": make_todo(user).pk, "status": "done"}])
    [error] = assert_error(response, 400)
    assert error["attr"] == "0.status"
    assert error["detail"] == "Bad choice: done is not a valid choice. Valid choices are 'open' or 'completed'."


def test_read_only_fields_of_an_item_are_compared_with_its_own_todo(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    got, other = fetch_list(user_client)
    other["created_at"] = got["created_at"]
    assert error_attrs(user_client.patch(list_url(), [got, {**other, "id": second.pk}]), 400) == ["1.created_at"]
    assert user_client.patch(list_url(), [{**got, "title": "y"}]).json()[0]["id"] == first.pk


@pytest.mark.parametrize("count", [0, 101])
def test_changing_none_or_more_than_100_todos_is_refused(user_client: APIClient, user: User, count: int) -> None:
    todo = make_todo(user)
    assert error_attrs(user_client.patch(list_url(), [{"id": todo.pk, "title": "y"}] * count), 400) == [None]
    assert current_revision(user) == 1


def test_array_of_100_items_changes_100_todos(user_client: APIClient) -> None:
    ids = [todo["id"] for todo in user_client.post(list_url(), [{"title": "x"}] * 100).json()]
    response = user_client.patch(list_url(), [{"id": pk, "title": f"{pk}"} for pk in reversed(ids)])
    assert [todo["id"] for todo in response.json()] == ids[::-1]
    assert [todo["revision"] for todo in response.json()] == list(range(101, 201))
    assert fetch_titles(user_client) == [f"{pk}" for pk in ids]


@pytest.mark.any_database
@pytest.mark.parametrize("body", [None, {}, {"status": "completed"}, "x", 5, False])
def test_patch_of_the_list_without_an_array_is_405(user_client: APIClient, body: Any) -> None:
    response = user_client.patch(list_url(), body)
    assert_error(response, 405)
    allowed = response["Allow"].split(", ")
    assert "POST" in allowed
    assert "PATCH" not in allowed


@pytest.mark.any_database
@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_bulk_patch_with_if_match_is_refused(user_client: APIClient, user: User, tag: str) -> None:
    todo = make_todo(user)
    response = user_client.patch(list_url(), [{"id": todo.pk, "title": "y"}], headers={"If-Match": tag})
    assert error_attrs(response, 400) == ["If-Match"]
    assert current_revision(user) == 1


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("unchanged", [0, 1])
def test_changing_100_todos_takes_at_most_six_statements(user_client: APIClient, unchanged: int) -> None:
    ids = [todo["id"] for todo in user_client.post(list_url(), [{"title": "x"}] * 100).json()]
    change = {"title": "y", "description": "y", "status": "completed", "due_at": "2026-12-24T18:00:00Z"}
    body = [{"id": pk, **({"title": "x"} if n < unchanged else change)} for n, pk in enumerate(ids)]
    assert len(capture_statements(lambda: user_client.patch(list_url(), body))) <= 6
