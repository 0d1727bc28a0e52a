"""One todo: making, reading, changing and deleting it."""

import pytest
from django.urls import reverse
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import client_for, make_todo, make_user
from todos.models import Todo, unguarded_todos
from todos.serializers import TodoSerializer


def url(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


@pytest.fixture
def todo(user: User) -> Todo:
    return make_todo(user)


def test_a_new_todo_is_open_and_its_owners(user_client: APIClient, user: User) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": " Buy milk "})
    assert answer.status_code == 201
    todo = answer.json()
    assert answer["Location"] == f"http://testserver{reverse('todo-detail', args=[todo['id']])}"
    assert list(todo) == [
        "id", "title", "description", "status", "due_at", "created_by",
        "created_at", "updated_at", "completed_at", "revision",
    ]  # fmt: skip
    assert (todo["title"], todo["description"], todo["status"]) == ("Buy milk", "", "open")
    assert (todo["due_at"], todo["completed_at"], todo["created_by"]) == (None, None, user.email)
    assert todo["created_at"] == todo["updated_at"]
    assert todo["created_at"].endswith("Z")


@pytest.mark.parametrize("due_at", [None, "0001-01-01T00:00:00Z", "2026-12-24T18:00:00.000001Z"])
def test_a_todo_is_shown_as_its_fields_would_show_it(user_client: APIClient, user: User, due_at: str | None) -> None:
    made = user_client.post(reverse("todo-list"), {"title": "x", "status": "completed", "due_at": due_at}).json()
    todo = Todo.objects.owned_by(user).get()
    serializer = TodoSerializer(todo)
    assert made == serializer.to_representation(todo) == ModelSerializer.to_representation(serializer, todo)


def test_reading_one_gives_the_object(user_client: APIClient, todo: Todo) -> None:
    answer = user_client.get(url(todo))
    assert answer.status_code == 200
    assert answer.json()["id"] == todo.pk


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_anothers_todo_is_as_one_that_never_was(api: APIClient, todo: Todo, method: str) -> None:
    stranger = client_for(make_user())
    body = None if method == "get" else {} if method == "delete" else {"title": "x", "status": "open"}
    foreign = getattr(stranger, method)(url(todo), body)
    absent = getattr(stranger, method)(reverse("todo-detail", args=[todo.pk + 1]), body)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post"])
def test_nothing_is_served_without_a_token(api: APIClient, todo: Todo, method: str) -> None:
    assert getattr(api, method)(url(todo)).status_code == 401
    assert getattr(api, method)(reverse("todo-list")).status_code == 401


def test_put_keeps_what_it_leaves_out(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, description="from the shop", status="completed")
    answer = user_client.put(url(todo), {"title": "Buy oat milk"})
    assert answer.status_code == 200
    kept = ("description", "status")
    assert [answer.json()[name] for name in kept] == ["from the shop", "completed"]


def test_put_needs_a_title(user_client: APIClient, todo: Todo) -> None:
    answer = user_client.put(url(todo), {"status": "completed"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "title"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_what_was_got_may_be_sent_back_and_changes_nothing(user_client: APIClient, todo: Todo, method: str) -> None:
    before = user_client.get(url(todo)).json()
    answer = getattr(user_client, method)(url(todo), before)
    assert answer.status_code in (200, 202)
    assert answer.json() == before
    assert user_client.get(url(todo)).json() == before


@pytest.mark.parametrize("value", ["1", None, True, 1.0])
def test_a_read_only_field_that_says_otherwise_is_refused(user_client: APIClient, todo: Todo, value: object) -> None:
    answer = user_client.patch(url(todo), {"title": "x", "revision": value})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"code": "read_only", "detail": "This field is read-only.", "attr": "revision"}]


def test_a_new_todo_takes_no_read_only_field(user_client: APIClient) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": "x", "id": 7})
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {"code": "read_only", "detail": "This field is read-only.", "attr": "id"}


def test_an_unknown_field_names_the_nearest(user_client: APIClient) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": "x", "due": None})
    assert answer.status_code == 400
    assert answer.json()["message"] == "Unknown field 'due'. Did you mean 'due_at'?"


def test_patch_answers_202_with_the_todo(user_client: APIClient, todo: Todo) -> None:
    answer = user_client.patch(url(todo), {"status": "completed"})
    assert answer.status_code == 202
    assert answer.json()["status"] == "completed"
    assert answer.json()["completed_at"] == answer.json()["updated_at"]


@pytest.mark.parametrize(
    ("status", "shown"), [("done", "done"), ("", ""), (5, "5"), (None, "null"), (True, "true"), ([], "an array")]
)
def test_a_bad_status_is_refused_in_the_originals_words(
    user_client: APIClient, todo: Todo, status: object, shown: str
) -> None:
    answer = user_client.patch(url(todo), {"status": status})
    assert answer.status_code == 400
    text = f"Bad choice: {shown} is not a valid choice. Valid choices are 'open' or 'completed'."
    assert answer.json()["message"] == text
    assert answer.json()["errors"][0]["attr"] == "status"


@pytest.mark.parametrize("body", [None, {}, {"id": 0}])
def test_a_patch_without_a_writable_field_is_about_status(
    user_client: APIClient, todo: Todo, body: dict[str, int] | None
) -> None:
    answer = user_client.patch(url(todo), body and {"id": todo.pk})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "status"


def test_completed_at_is_kept_when_completed_again_and_cleared_on_reopening(user_client: APIClient, todo: Todo) -> None:
    first = user_client.patch(url(todo), {"status": "completed"}).json()["completed_at"]
    assert user_client.patch(url(todo), {"status": "completed", "title": "x"}).json()["completed_at"] == first
    assert user_client.patch(url(todo), {"status": "open"}).json()["completed_at"] is None
    assert user_client.patch(url(todo), {"status": "completed"}).json()["completed_at"] > first


def test_what_changes_nothing_raises_nothing(user_client: APIClient, todo: Todo, user: User) -> None:
    before = user_client.get(url(todo)).json()
    assert user_client.patch(url(todo), {"status": "open", "title": " Buy milk "}).json() == before
    user.refresh_from_db()
    assert user.revision == before["revision"] == 1


def test_each_write_has_a_revision_of_its_own(user_client: APIClient, user: User, todo: Todo) -> None:
    second = user_client.post(reverse("todo-list"), {"title": "x"}).json()["revision"]
    third = user_client.patch(url(todo), {"title": "y"}).json()["revision"]
    user_client.delete(url(todo))
    user.refresh_from_db()
    assert (todo.revision, second, third, user.revision) == (1, 2, 3, 4)


def test_a_refused_write_raises_nothing(user_client: APIClient, user: User, todo: Todo) -> None:
    user_client.patch(url(todo), {"title": ""})
    user_client.delete(reverse("todo-detail", args=[todo.pk + 1]))
    user.refresh_from_db()
    assert user.revision == 1


def test_deleting_leaves_a_tombstone_and_may_be_repeated(user_client: APIClient, user: User, todo: Todo) -> None:
    assert user_client.delete(url(todo)).status_code == 204
    assert user_client.get(url(todo)).status_code == 404
    todo.refresh_from_db()
    tombstone = (todo.deleted_at, todo.revision)
    assert user_client.delete(url(todo)).status_code == 204
    todo.refresh_from_db()
    assert (todo.deleted_at, todo.revision) == tombstone
    assert todo.revision == 2


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_deleted_todo_is_not_changed(user_client: APIClient, todo: Todo, method: str) -> None:
    user_client.delete(url(todo))
    assert getattr(user_client, method)(url(todo), {"title": "x"}).status_code == 404


def test_an_id_is_never_used_again(user_client: APIClient, user: User, todo: Todo) -> None:
    unguarded_todos().filter(pk=todo.pk).delete()
    assert user_client.post(reverse("todo-list"), {"title": "x"}).json()["id"] > todo.pk


@pytest.mark.parametrize(
    ("method", "name"), [("patch", "list"), ("delete", "list"), ("put", "list"), ("post", "detail")]
)
def test_other_methods_are_405_and_say_which_are_allowed(
    user_client: APIClient, todo: Todo, method: str, name: str
) -> None:
    answer = getattr(user_client, method)(url(todo) if name == "detail" else reverse("todo-list"))
    assert answer.status_code == 405
    assert answer.json()["errors"][0]["code"] == "method_not_allowed"
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("title", ["x" * 128, "😀" * 128, "  " + "x" * 128 + "\n"])
def test_a_title_has_up_to_128_characters_after_trimming(user_client: APIClient, title: str) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": title})
    assert answer.status_code == 201
    assert answer.json()["title"] == title.strip()


@pytest.mark.parametrize(
    "title", ["", "  ", "\n", "\u3000", None, 5, True, [], {}, "x" * 129, "a\tb", "a\x00b", "a\x85b"]
)
def test_a_title_that_is_none_is_refused(user_client: APIClient, title: object) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": title})
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"title"}


def test_a_description_is_kept_exactly(user_client: APIClient) -> None:
    text = "  \t a\r\nb\n\u200d😀 "
    assert user_client.post(reverse("todo-list"), {"title": "x", "description": text}).json()["description"] == text


@pytest.mark.parametrize("description", [None, 5, "x" * 2001, "a\x00b", "\x1b[31m"])
def test_a_description_that_is_none_is_refused(user_client: APIClient, description: object) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": "x", "description": description})
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"description"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-24T19:00:00+01:00", "2026-12-24T18:00:00Z"),
        ("2026-12-24t18:00:00.123456z", "2026-12-24T18:00:00.123456Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T02:00:00+02:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        (None, None),
    ],
)
def test_a_due_date_is_kept_as_its_moment_in_utc(user_client: APIClient, sent: str | None, kept: str | None) -> None:
    made = user_client.post(reverse("todo-list"), {"title": "x", "due_at": sent}).json()
    assert made["due_at"] == kept
    assert user_client.get(reverse("todo-detail", args=[made["id"]])).json()["due_at"] == kept


@pytest.mark.parametrize(
    "due_at",
    [
        "", "tomorrow", "2026-12-24", "2026-12-24T18:00:00", "2026-02-30T00:00:00Z", "2026-12-24T24:00:00Z",
        "2026-12-24T18:00:60Z", "2026-12-24T18:00:00.1234567Z", "2026-12-24T18:00:00+24:00", "٢٠٢٦-12-24T18:00:00Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z", 5, True, [], {},
    ],
)  # fmt: skip
def test_a_due_date_that_is_none_is_refused(user_client: APIClient, due_at: object) -> None:
    answer = user_client.post(reverse("todo-list"), {"title": "x", "due_at": due_at})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "due_at"


BAD_IDS = [
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


@pytest.mark.parametrize("id", BAD_IDS)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_what_is_no_id_is_404(user_client: APIClient, todo: Todo, method: str, id: str) -> None:
    body = None if method in ("get", "delete") else {"title": "x"}
    assert getattr(user_client, method)(f"/todos/{id}/", body).status_code == 404


def test_a_delete_takes_no_body(user_client: APIClient, todo: Todo) -> None:
    assert user_client.delete(url(todo), {"title": "x"}).status_code == 400
