"""Creating a todo once, however often it is sent: `Idempotency-Key`."""

import json
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

KEY = {"Idempotency-Key": "key"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
DUE_AT = "2026-12-24T18:00:00Z"


def create(client: APIClient, body: Any = None, key: str = "key", **options: Any) -> Any:
    body = {"title": "x"} if body is None else body
    return client.post(reverse("todo-list"), body, headers={"Idempotency-Key": key}, **options)


def url(id: int) -> str:
    return reverse("todo-detail", args=[id])


def revision(user: User) -> int:
    user.refresh_from_db()
    return user.revision


def assert_key_refused(answer: Any) -> None:
    [error] = assert_error(answer, 422)
    assert (error["code"], error["attr"]) == ("idempotency_key_reused", None)


def test_a_new_key_creates_as_without_one(user_client: APIClient) -> None:
    answer = create(user_client)
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer
    assert user_client.get(url(answer.json()["id"])).json() == answer.json()


def test_the_same_again_gives_the_same_todo(user_client: APIClient, user: User) -> None:
    made = create(user_client)
    for _ in range(2):
        again = create(user_client)
        assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
        assert again.json() == made.json()
    assert Todo.objects.owned_by(user).count() == 1


def test_a_replay_has_the_headers_of_the_creation_and_raises_nothing(user_client: APIClient, user: User) -> None:
    made, again = create(user_client), create(user_client)
    for name in ("Location", "ETag", "X-Revision", "Content-Type"):
        assert again[name] == made[name]
    assert revision(user) == 1


def test_the_x_revision_of_a_replay_is_the_users_of_today(user_client: APIClient, user: User) -> None:
    create(user_client)
    make_todo(user)
    again = create(user_client)
    assert (again["ETag"], again["X-Revision"]) == ('"1"', "2")
    assert revision(user) == 2


def test_a_replay_gives_the_todo_as_it_now_is(user_client: APIClient) -> None:
    id = create(user_client).json()["id"]
    changed = user_client.patch(url(id), {"title": "y", "status": "completed"}).json()
    again = create(user_client)
    assert (again.status_code, again.json(), again["ETag"]) == (200, changed, '"2"')


def test_a_replay_of_a_deleted_todo_gives_its_tombstone(user_client: APIClient, user: User) -> None:
    id = create(user_client).json()["id"]
    user_client.delete(url(id))
    again = create(user_client)
    assert (again.status_code, again["Idempotent-Replayed"], again["X-Revision"]) == (200, "true", "2")
    assert again.json() == {"id": id, "revision": 2, "deleted": True}
    assert not {"Location", "ETag"} & set(again.headers)
    assert revision(user) == 2


def test_another_body_is_refused_for_a_deleted_todo_too(user_client: APIClient) -> None:
    user_client.delete(url(create(user_client).json()["id"]))
    assert_key_refused(create(user_client, {"title": "y"}))


def test_a_replay_of_a_restored_todo_gives_the_todo(user_client: APIClient) -> None:
    id = create(user_client).json()["id"]
    user_client.delete(url(id))
    restored = user_client.post(reverse("todo-restore", args=[id])).json()
    assert create(user_client).json() == restored


def test_a_key_is_free_once_its_todo_is_purged(user_client: APIClient) -> None:
    first = create(user_client).json()["id"]
    user_client.delete(url(first))
    assert purge(timezone.now() + timedelta(seconds=1)) == 1
    answer = create(user_client, {"title": "y"})
    assert answer.status_code == 201
    assert answer.json()["id"] > first


@pytest.mark.parametrize(
    "body",
    [
        {"title": "y"},
        {"title": "x "},
        {"title": "x", "description": ""},
        {"title": "x", "status": "open"},
        {"title": "x", "due_at": None},
    ],
)
def test_another_body_with_the_key_is_refused(user_client: APIClient, user: User, body: dict[str, Any]) -> None:
    create(user_client)
    assert_key_refused(create(user_client, body))
    assert revision(user) == Todo.objects.owned_by(user).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"title": "é", "status": "open", "due_at": null}',
        '{"due_at":null,"status":"open","title":"é"}',
        ' \n{ "title" :\t"\\u00e9",\r\n"due_at": null, "status": "o\\u0070en" } ',
    ],
)
def test_bodies_are_compared_as_they_are_read_not_as_they_are_written(user_client: APIClient, body: str) -> None:
    made = create(user_client, {"status": "open", "title": "é", "due_at": None})
    again = create(user_client, body, content_type=JSON)
    assert (again.status_code, again.json()) == (200, made.json())


@pytest.mark.parametrize(
    ("form", "content_type"),
    [("title=a%26b&status=open", FORM), ("status=open&title=a%26b&csrfmiddlewaretoken=token", FORM)],
)
def test_a_form_is_compared_by_its_fields(user_client: APIClient, form: str, content_type: str) -> None:
    made = create(user_client, {"title": "a&b", "status": "open"})
    again = create(user_client, form, content_type=content_type)
    assert (again.status_code, again.json()) == (200, made.json())


def test_a_multipart_form_is_compared_by_its_fields(user_client: APIClient) -> None:
    made = create(user_client, {"title": "x", "status": "open"}, format="multipart")
    again = create(user_client, {"status": "open", "title": "x"})
    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()


def test_a_form_of_another_value_is_another_body(user_client: APIClient) -> None:
    create(user_client)
    assert_key_refused(create(user_client, "title=y", content_type=FORM))


def test_the_keys_of_two_users_have_nothing_to_do_with_each_other(user_client: APIClient, user: User) -> None:
    create(user_client)
    other = make_user()
    answer = create(client_for(other), {"title": "theirs"})
    assert (answer.status_code, answer.json()["created_by"]) == (201, other.email)
    assert create(user_client).json()["created_by"] == user.email


def test_another_key_makes_another_todo(user_client: APIClient) -> None:
    assert create(user_client).json()["id"] != create(user_client, key="Key").json()["id"]


def test_without_a_key_the_same_body_makes_another_todo(user_client: APIClient, user: User) -> None:
    create(user_client)
    assert user_client.post(reverse("todo-list"), {"title": "x"}).status_code == 201
    assert Todo.objects.owned_by(user).count() == 2


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "x", "due": None}, {"title": "x", "id": 1}, []])
def test_a_refused_request_leaves_the_key_free(user_client: APIClient, user: User, body: Any) -> None:
    assert_error(create(user_client, body), 400)
    assert revision(user) == 0
    assert create(user_client).status_code == 201


def test_a_body_that_cannot_be_read_leaves_the_key_free(user_client: APIClient) -> None:
    assert_error(create(user_client, '{"title": "x"', content_type=JSON), 400)
    assert create(user_client).status_code == 201


def test_a_refused_repeat_leaves_the_first_as_it_was(user_client: APIClient) -> None:
    made = create(user_client).json()
    assert_error(create(user_client, {"title": ""}), 400)
    assert_key_refused(create(user_client, {"title": "y"}))
    assert create(user_client).json() == made


@pytest.mark.parametrize("key", ["~", "a b", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a,b;c=d", "k" * 255])
def test_any_printable_ascii_is_a_key(user_client: APIClient, key: str) -> None:
    made = create(user_client, key=key)
    again = create(user_client, key=key)
    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json() == made.json()


@pytest.mark.parametrize("key", ["", "k" * 256, "é", "schlüssel", "日本", "a\tb", "a\x00b", "a\x1fb", "a\x7fb"])
@pytest.mark.in_process("no client sends such headers")
def test_another_key_is_refused(user_client: APIClient, user: User, key: str) -> None:
    [error] = assert_error(create(user_client, key=key), 400)
    assert (error["attr"], error["code"]) == ("Idempotency-Key", "invalid")
    assert revision(user) == 0


def test_a_key_on_another_call_means_nothing(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    for title, changed in (("y", 2), ("z", 3)):
        answer = user_client.patch(url(todo.pk), {"title": title}, headers=KEY)
        assert (answer.status_code, answer.json()["revision"]) == (202, changed)


def test_the_key_is_shown_nowhere(user_client: APIClient) -> None:
    made = create(user_client, key="secret-key")
    assert "secret-key" not in json.dumps([made.json(), user_client.get(reverse("todo-list")).json()])


def test_a_key_is_kept_with_the_todo_in_the_database(user_client: APIClient, user: User) -> None:
    create(user_client)
    assert Todo.objects.owned_by(user).get().idempotency_key == "key"


def test_a_replay_in_html_is_a_page_without_entity_tag(user_client: APIClient) -> None:
    create(user_client)
    page = create(user_client, HTTP_ACCEPT="text/html")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "ETag" not in page


@pytest.mark.parametrize("depth", [100, 450, 900, 10_000])
def test_a_deeply_nested_body_is_refused_with_a_key_as_without(user_client: APIClient, depth: int) -> None:
    body = '{"title": "x", "due": ' + "[" * depth + "]" * depth + "}"
    assert_error(create(user_client, body, content_type=JSON), 400)


def test_huge_numbers_and_lone_surrogates_are_refused_with_a_key_as_without(user_client: APIClient) -> None:
    for value in ("1e999", "1" * 4000, '"\\ud800"', "-0.0"):
        assert_error(create(user_client, f'{{"title": "x", "due": {value}}}', content_type=JSON), 400)


@pytest.mark.parametrize("body", ["x", 5, True, None])
def test_a_body_that_is_no_object_is_refused_with_a_key_as_without(user_client: APIClient, body: Any) -> None:
    with_key = user_client.post(reverse("todo-list"), json.dumps(body), content_type=JSON, headers=KEY)
    without = user_client.post(reverse("todo-list"), json.dumps(body), content_type=JSON)
    assert assert_error(with_key, 400) == assert_error(without, 400)


def test_a_file_is_refused_with_a_key_as_without(user_client: APIClient) -> None:
    body = '--b\r\nContent-Disposition: form-data; name="title"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    content_type = "multipart/form-data; boundary=b"
    [error] = assert_error(create(user_client, body, content_type=content_type), 400)
    assert error["attr"] == "title"
