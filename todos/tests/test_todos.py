"""Creating, reading, changing and deleting one todo."""

import pytest
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todos import FIELDS, current_revision, get_attr_and_code, list_url, todo_url
from todos.models import Todo, unguarded_todos
from todos.serializers import TodoSerializer


@pytest.fixture
def todo(user: User) -> Todo:
    return make_todo(user)


def test_new_todo_is_open_and_belongs_to_its_creator(user_client: APIClient, user: User) -> None:
    response = user_client.post(list_url(), {"title": " Buy milk "})
    assert response.status_code == 201
    todo = response.json()
    assert response["Location"] == f"http://testserver{todo_url(todo['id'])}"
    assert list(todo) == FIELDS
    assert (todo["title"], todo["description"], todo["status"]) == ("Buy milk", "", "open")
    assert (todo["due_at"], todo["completed_at"], todo["created_by"]) == (None, None, user.email)
    assert todo["created_at"] == todo["updated_at"]
    assert todo["created_at"].endswith("Z")


@pytest.mark.any_database
@pytest.mark.parametrize("due_at", [None, "0001-01-01T00:00:00Z", "2026-12-24T18:00:00.000001Z"])
def test_representation_equals_that_of_the_model_serializer(
    user_client: APIClient, user: User, due_at: str | None
) -> None:
    created = user_client.post(list_url(), {"title": "x", "status": "completed", "due_at": due_at}).json()
    todo = Todo.objects.owned_by(user).get()
    serializer = TodoSerializer(todo)
    assert created == serializer.to_representation(todo) == ModelSerializer.to_representation(serializer, todo)


def test_todo_can_be_read(user_client: APIClient, todo: Todo) -> None:
    response = user_client.get(todo_url(todo))
    assert response.status_code == 200
    assert response.json()["id"] == todo.pk


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_todo_of_another_user_is_404_like_an_absent_one(api: APIClient, todo: Todo, method: str) -> None:
    stranger = client_for(make_user())
    body = None if method == "get" else {} if method == "delete" else {"title": "x", "status": "open"}
    foreign = getattr(stranger, method)(todo_url(todo), body)
    absent = getattr(stranger, method)(todo_url(todo.pk + 1), body)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post"])
def test_call_without_a_token_is_401(api: APIClient, todo: Todo, method: str) -> None:
    assert getattr(api, method)(todo_url(todo)).status_code == 401
    assert getattr(api, method)(list_url()).status_code == 401


def test_put_keeps_omitted_optional_fields(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, description="from the shop", status="completed")
    response = user_client.put(todo_url(todo), {"title": "Buy oat milk"})
    assert response.status_code == 200
    assert [response.json()[name] for name in ("description", "status")] == ["from the shop", "completed"]


@pytest.mark.any_database
def test_put_without_a_title_is_refused(user_client: APIClient, todo: Todo) -> None:
    response = user_client.put(todo_url(todo), {"status": "completed"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "title"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_sending_back_a_todo_as_it_was_read_changes_nothing(user_client: APIClient, todo: Todo, method: str) -> None:
    before = user_client.get(todo_url(todo)).json()
    response = getattr(user_client, method)(todo_url(todo), before)
    assert response.status_code in (200, 202)
    assert response.json() == before
    assert user_client.get(todo_url(todo)).json() == before


@pytest.mark.any_database
@pytest.mark.parametrize("value", ["1", None, True, 1.0])
def test_read_only_field_with_another_value_is_refused(user_client: APIClient, todo: Todo, value: object) -> None:
    response = user_client.patch(todo_url(todo), {"title": "x", "revision": value})
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"code": "read_only", "detail": "This field is read-only.", "attr": "revision"}
    ]


@pytest.mark.any_database
def test_read_only_field_of_a_new_todo_is_refused(user_client: APIClient) -> None:
    response = user_client.post(list_url(), {"title": "x", "id": 7})
    assert response.status_code == 400
    assert response.json()["errors"][0] == {"code": "read_only", "detail": "This field is read-only.", "attr": "id"}


@pytest.mark.any_database
def test_error_for_an_unknown_field_suggests_the_nearest_name(user_client: APIClient) -> None:
    response = user_client.post(list_url(), {"title": "x", "due": None})
    assert response.status_code == 400
    assert response.json()["message"] == "Unknown field 'due'. Did you mean 'due_at'?"


def test_patch_returns_202_with_the_todo(user_client: APIClient, todo: Todo) -> None:
    response = user_client.patch(todo_url(todo), {"status": "completed"})
    assert response.status_code == 202
    assert response.json()["status"] == "completed"
    assert response.json()["completed_at"] == response.json()["updated_at"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("status", "shown"), [("done", "done"), ("", ""), (5, "5"), (None, "null"), (True, "true"), ([], "an array")]
)
def test_invalid_status_has_the_error_text_of_the_flask_api(
    user_client: APIClient, todo: Todo, status: object, shown: str
) -> None:
    response = user_client.patch(todo_url(todo), {"status": status})
    assert response.status_code == 400
    text = f"Bad choice: {shown} is not a valid choice. Valid choices are 'open' or 'completed'."
    assert response.json()["message"] == text
    assert response.json()["errors"][0]["attr"] == "status"


@pytest.mark.any_database
@pytest.mark.parametrize("body", [None, {}, {"id": 0}])
def test_patch_without_a_writable_field_gets_an_error_on_status(
    user_client: APIClient, todo: Todo, body: dict[str, int] | None
) -> None:
    response = user_client.patch(todo_url(todo), body and {"id": todo.pk})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "status"


def test_completed_at_is_kept_when_completed_again_and_cleared_on_reopening(user_client: APIClient, todo: Todo) -> None:
    first = user_client.patch(todo_url(todo), {"status": "completed"}).json()["completed_at"]
    assert user_client.patch(todo_url(todo), {"status": "completed", "title": "x"}).json()["completed_at"] == first
    assert user_client.patch(todo_url(todo), {"status": "open"}).json()["completed_at"] is None
    assert user_client.patch(todo_url(todo), {"status": "completed"}).json()["completed_at"] > first


def test_write_that_changes_nothing_raises_no_revision(user_client: APIClient, todo: Todo, user: User) -> None:
    before = user_client.get(todo_url(todo)).json()
    assert user_client.patch(todo_url(todo), {"status": "open", "title": " Buy milk "}).json() == before
    assert current_revision(user) == before["revision"] == 1


def test_each_write_gets_its_own_revision(user_client: APIClient, user: User, todo: Todo) -> None:
    second = user_client.post(list_url(), {"title": "x"}).json()["revision"]
    third = user_client.patch(todo_url(todo), {"title": "y"}).json()["revision"]
    user_client.delete(todo_url(todo))
    assert (todo.revision, second, third, current_revision(user)) == (1, 2, 3, 4)


def test_refused_write_raises_no_revision(user_client: APIClient, user: User, todo: Todo) -> None:
    user_client.patch(todo_url(todo), {"title": ""})
    user_client.delete(todo_url(todo.pk + 1))
    assert current_revision(user) == 1


def test_delete_leaves_a_tombstone_and_can_be_repeated(user_client: APIClient, user: User, todo: Todo) -> None:
    assert user_client.delete(todo_url(todo)).status_code == 204
    assert user_client.get(todo_url(todo)).status_code == 404
    todo.refresh_from_db()
    tombstone = (todo.deleted_at, todo.revision)
    assert user_client.delete(todo_url(todo)).status_code == 204
    todo.refresh_from_db()
    assert (todo.deleted_at, todo.revision) == tombstone
    assert todo.revision == 2


@pytest.mark.parametrize("method", ["put", "patch"])
def test_deleted_todo_cannot_be_changed(user_client: APIClient, todo: Todo, method: str) -> None:
    user_client.delete(todo_url(todo))
    assert getattr(user_client, method)(todo_url(todo), {"title": "x"}).status_code == 404


def test_id_is_never_used_again(user_client: APIClient, user: User, todo: Todo) -> None:
    unguarded_todos().filter(pk=todo.pk).delete()
    assert user_client.post(list_url(), {"title": "x"}).json()["id"] > todo.pk


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("method", "name"), [("patch", "list"), ("delete", "list"), ("put", "list"), ("post", "detail")]
)
def test_other_methods_are_405_with_the_allowed_ones(
    user_client: APIClient, todo: Todo, method: str, name: str
) -> None:
    response = getattr(user_client, method)(todo_url(todo) if name == "detail" else list_url())
    assert response.status_code == 405
    assert response.json()["errors"][0]["code"] == "method_not_allowed"
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("title", ["x" * 128, "😀" * 128, "  " + "x" * 128 + "\n"])
def test_title_of_128_characters_after_trimming_is_accepted(user_client: APIClient, title: str) -> None:
    response = user_client.post(list_url(), {"title": title})
    assert response.status_code == 201
    assert response.json()["title"] == title.strip()


@pytest.mark.any_database
@pytest.mark.parametrize(
    "title", ["", "  ", "\n", "\u3000", None, 5, True, [], {}, "x" * 129, "a\tb", "a\x00b", "a\x85b"]
)
def test_invalid_title_is_refused(user_client: APIClient, title: object) -> None:
    response = user_client.post(list_url(), {"title": title})
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"title"}


def test_description_is_stored_exactly(user_client: APIClient) -> None:
    text = "  \t a\r\nb\n\u200d😀 "
    assert user_client.post(list_url(), {"title": "x", "description": text}).json()["description"] == text


@pytest.mark.any_database
@pytest.mark.parametrize("description", [None, 5, "x" * 2001, "a\x00b", "\x1b[31m"])
def test_invalid_description_is_refused(user_client: APIClient, description: object) -> None:
    response = user_client.post(list_url(), {"title": "x", "description": description})
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"description"}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-12-24T19:00:00+01:00", "2026-12-24T18:00:00Z"),
        ("2026-12-24t18:00:00.123456z", "2026-12-24T18:00:00.123456Z"),
        ("2026-12-24T18:00:00.1234569Z", "2026-12-24T18:00:00.123456Z"),
        ("2026-12-24T18:00:00.999999999+01:00", "2026-12-24T17:00:00.999999Z"),
        (f"2026-12-24T18:00:00.{'9' * 5_000}Z", "2026-12-24T18:00:00.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T02:00:00+02:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        (None, None),
    ],
)
def test_due_date_is_stored_in_utc(user_client: APIClient, sent: str | None, stored: str | None) -> None:
    created = user_client.post(list_url(), {"title": "x", "due_at": sent}).json()
    assert created["due_at"] == stored
    assert user_client.get(todo_url(created["id"])).json()["due_at"] == stored


@pytest.mark.any_database
@pytest.mark.parametrize(
    "due_at",
    [
        "", "tomorrow", "2026-12-24", "2026-12-24T18:00:00", "2026-02-30T00:00:00Z", "2026-12-24T24:00:00Z",
        "2026-12-24T18:00:60Z", "2026-12-24T18:00:00.Z", "2026-12-24T18:00.5Z", "2026-12-24T18:00:00+24:00",
        "٢٠٢٦-12-24T18:00:00Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z", 5, True, [], {},
    ],
)  # fmt: skip
def test_invalid_due_date_is_refused(user_client: APIClient, due_at: object) -> None:
    response = user_client.post(list_url(), {"title": "x", "due_at": due_at})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "due_at"


@pytest.mark.any_database
def test_leap_second_is_refused_by_its_name(user_client: APIClient) -> None:
    response = user_client.post(list_url(), {"title": "x", "due_at": "2016-12-31T23:59:60Z"})
    [error] = assert_error(response, 400)
    assert (error["attr"], "leap second" in error["detail"]) == ("due_at", True)


# Characters that show nothing: spaces, format characters, fillers, marks that are ignored, blank braille, tags.
INVISIBLE = [
    "\u200b",
    "\ufeff",
    "\u00ad\u2060",
    "\u3164",
    "\u115f\u1160",
    "\ufe0f",
    "\u2800",
    "\U000e0041",
    "\u202e\u200f",
]


@pytest.mark.any_database
@pytest.mark.parametrize("title", ["", " ", "\u3000", *INVISIBLE, " \u200b \u2800 "])
def test_title_that_shows_nothing_is_blank(user_client: APIClient, title: str) -> None:
    assert get_attr_and_code(user_client.post(list_url(), {"title": title})) == ("title", "blank")


@pytest.mark.parametrize("title", ["👩\u200d👧", "a\u200b", "\u202eabc", "é\u0301", "\u0301"])
def test_title_with_something_visible_is_kept(user_client: APIClient, title: str) -> None:
    assert user_client.post(list_url(), {"title": title}).json()["title"] == title


INVALID_IDS = [
    "0",
    "-1",
    "+1",
    "01",
    "1_0",
    "1.0",
    "%201",
    "1%0A",
    "１",
    "%D9%A1",
    str(2**63),
    str(2**70),
    "%00",
    "abc",
    "1.json",
]


@pytest.mark.any_database
@pytest.mark.parametrize("id", INVALID_IDS)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_invalid_id_is_404(user_client: APIClient, todo: Todo, method: str, id: str) -> None:
    body = None if method in ("get", "delete") else {"title": "x"}
    assert getattr(user_client, method)(f"/todos/{id}/", body).status_code == 404


@pytest.mark.any_database
def test_delete_with_a_body_is_refused(user_client: APIClient, todo: Todo) -> None:
    assert user_client.delete(todo_url(todo), {"title": "x"}).status_code == 400
