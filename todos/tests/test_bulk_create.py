"""Creating several todos with an array, all or none."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo
from testing.queries import capture_statements
from testing.todos import current_revision, error_attrs, fetch_list, list_url, stored_todos

# Creating


@pytest.mark.parametrize("count", [1, 2, 100])
def test_array_of_up_to_100_items_creates_todos_in_its_order(user_client: APIClient, count: int) -> None:
    titles = [f"todo {n}" for n in range(count)]
    response = user_client.post(list_url(), [{"title": title} for title in titles])
    assert response.status_code == 201
    assert [todo["title"] for todo in response.json()] == titles
    assert fetch_list(user_client) == response.json()


def test_each_created_todo_gets_the_next_revision_and_the_next_id(user_client: APIClient, user: User) -> None:
    make_todo(user)
    response = user_client.post(list_url(), [{"title": f"{n}"} for n in range(3)])
    assert [todo["revision"] for todo in response.json()] == [2, 3, 4]
    assert response["X-Revision"] == "4"
    ids = [todo["id"] for todo in response.json()]
    assert ids == sorted(set(ids))
    assert current_revision(user) == 4


def test_items_of_an_array_keep_their_own_values(user_client: APIClient, user: User) -> None:
    due_at = "2026-12-24T18:00:00.000001Z"
    sent = [
        {"title": " a ", "due_at": due_at},
        {"title": "b", "status": "completed"},
        {"title": "c", "description": "\n"},
    ]
    created = user_client.post(list_url(), sent).json()
    assert [todo["title"] for todo in created] == ["a", "b", "c"]
    assert [todo["due_at"] for todo in created] == [due_at, None, None]
    assert [todo["completed_at"] is None for todo in created] == [True, False, True]
    assert [todo["description"] for todo in created] == ["", "", "\n"]
    assert {todo["created_by"] for todo in created} == {user.email}


@pytest.mark.any_database
def test_response_to_an_array_has_no_location_or_etag(user_client: APIClient) -> None:
    response = user_client.post(list_url(), [{"title": "x"}])
    assert not {"Location", "ETag", "Idempotent-Replayed"} & set(response.headers)


@pytest.mark.any_database
@pytest.mark.parametrize("count", [0, 101])
def test_creating_none_or_more_than_100_todos_is_refused(user_client: APIClient, user: User, count: int) -> None:
    assert error_attrs(user_client.post(list_url(), [{"title": "x"}] * count), 400) == [None]
    assert stored_todos(user) == (0, [])


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("item", "attr"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"title": "a\x01b"}, "title"),
        ({"title": "x" * 129}, "title"),
        ({"title": "x", "description": "x" * 2001}, "description"),
        ({"title": "x", "description": None}, "description"),
        ({"title": "x", "status": "done"}, "status"),
        ({"title": "x", "due_at": "tomorrow"}, "due_at"),
        ({"title": "x", "due": None}, "due"),
        ({"title": "x", "csrfmiddlewaretoken": "x"}, "csrfmiddlewaretoken"),
        *(
            ({"title": "x", name: None}, name)
            for name in ("id", "created_by", "created_at", "updated_at", "completed_at", "revision")
        ),
    ],
)
@pytest.mark.parametrize("index", [0, 2])
def test_one_invalid_item_refuses_the_whole_array_and_is_named_by_its_index(
    user_client: APIClient, user: User, item: dict[str, Any], attr: str, index: int
) -> None:
    items: list[dict[str, Any]] = [{"title": "x"} for _ in range(3)]
    items[index] = item
    assert error_attrs(user_client.post(list_url(), items), 400) == [f"{index}.{attr}"]
    assert stored_todos(user) == (0, [])


@pytest.mark.any_database
def test_every_invalid_item_is_reported_by_its_index(user_client: APIClient) -> None:
    response = user_client.post(list_url(), [{"status": "done"}, {"title": "x"}, 5, {"title": ""}])
    assert sorted(str(attr) for attr in error_attrs(response, 400)) == ["0.status", "0.title", "2", "3.title"]


@pytest.mark.any_database
def test_item_with_a_repeated_json_key_is_refused(user_client: APIClient, user: User) -> None:
    response = user_client.post(list_url(), '[{"title": "x", "title": "y"}]', content_type="application/json")
    assert_error(response, 400)
    assert stored_todos(user) == (0, [])


@pytest.mark.any_database
def test_idempotency_key_with_an_array_is_refused(user_client: APIClient, user: User) -> None:
    response = user_client.post(list_url(), [{"title": "x"}], headers={"Idempotency-Key": "key"})
    [error] = assert_error(response, 400)
    assert (error["attr"], error["code"]) == ("Idempotency-Key", "not_applicable")
    assert stored_todos(user) == (0, [])


@pytest.mark.any_database
@pytest.mark.parametrize("body", ["x", 5, True])
def test_body_that_is_neither_object_nor_array_is_refused(user_client: APIClient, user: User, body: Any) -> None:
    assert error_attrs(user_client.post(list_url(), body), 400) == [None]
    assert stored_todos(user) == (0, [])


# Statements


@pytest.mark.in_process("counts statements")
def test_creating_100_todos_takes_at_most_six_statements(user_client: APIClient) -> None:
    body = [{"title": "x", "description": "x", "status": "completed", "due_at": "2026-12-24T18:00:00Z"}] * 100
    assert len(capture_statements(lambda: user_client.post(list_url(), body))) <= 6
