"""`Idempotency-Key`: a todo is created once, however often the request is sent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todos import current_revision, fetch_list, get_attr_and_code, list_url, restore_url, todo_url
from todos.models import Todo
from todos.purge import purge

KEY = {"Idempotency-Key": "key"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def create_todo(client: APIClient, body: Any = None, key: str = "key", **options: Any) -> Any:
    body = {"title": "x"} if body is None else body
    return client.post(list_url(), body, headers={"Idempotency-Key": key}, **options)


def assert_key_reused(response: Any) -> None:
    assert get_attr_and_code(response, 422) == (None, "idempotency_key_reused")


def test_new_key_creates_a_todo(user_client: APIClient) -> None:
    response = create_todo(user_client)
    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response
    assert user_client.get(todo_url(response.json()["id"])).json() == response.json()


def test_repeated_request_returns_the_same_todo(user_client: APIClient, user: User) -> None:
    created = create_todo(user_client)
    for _ in range(2):
        again = create_todo(user_client)
        assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
        assert again.json() == created.json()
    assert Todo.objects.owned_by(user).count() == 1


def test_replay_has_the_headers_of_the_creation_and_raises_no_revision(user_client: APIClient, user: User) -> None:
    created, again = create_todo(user_client), create_todo(user_client)
    for name in ("Location", "ETag", "X-Revision", "Content-Type"):
        assert again[name] == created[name]
    assert current_revision(user) == 1


def test_x_revision_of_a_replay_is_the_users_current_revision(user_client: APIClient, user: User) -> None:
    create_todo(user_client)
    make_todo(user)
    again = create_todo(user_client)
    assert (again["ETag"], again["X-Revision"]) == ('"1"', "2")
    assert current_revision(user) == 2


def test_replay_returns_the_todo_as_it_is_now(user_client: APIClient) -> None:
    id = create_todo(user_client).json()["id"]
    changed = user_client.patch(todo_url(id), {"title": "y", "status": "completed"}).json()
    again = create_todo(user_client)
    assert (again.status_code, again.json(), again["ETag"]) == (200, changed, '"2"')


def test_replay_of_a_deleted_todo_returns_its_tombstone(user_client: APIClient, user: User) -> None:
    id = create_todo(user_client).json()["id"]
    user_client.delete(todo_url(id))
    again = create_todo(user_client)
    assert (again.status_code, again["Idempotent-Replayed"], again["X-Revision"]) == (200, "true", "2")
    assert again.json() == {"id": id, "revision": 2, "deleted": True}
    assert not {"Location", "ETag"} & set(again.headers)
    assert current_revision(user) == 2


def test_another_body_with_the_key_of_a_deleted_todo_is_refused(user_client: APIClient) -> None:
    user_client.delete(todo_url(create_todo(user_client).json()["id"]))
    assert_key_reused(create_todo(user_client, {"title": "y"}))


def test_replay_of_a_restored_todo_returns_the_todo(user_client: APIClient) -> None:
    id = create_todo(user_client).json()["id"]
    user_client.delete(todo_url(id))
    restored = user_client.post(restore_url(id)).json()
    assert create_todo(user_client).json() == restored


def test_key_can_be_used_again_after_its_todo_is_purged(user_client: APIClient) -> None:
    first = create_todo(user_client).json()["id"]
    user_client.delete(todo_url(first))
    assert purge(timezone.now() + timedelta(seconds=1)) == 1
    response = create_todo(user_client, {"title": "y"})
    assert response.status_code == 201
    assert response.json()["id"] > first


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
    create_todo(user_client)
    assert_key_reused(create_todo(user_client, body))
    assert current_revision(user) == Todo.objects.owned_by(user).count() == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    "body",
    [
        '{"title": "é", "status": "open", "due_at": null}',
        '{"due_at":null,"status":"open","title":"é"}',
        ' \n{ "title" :\t"\\u00e9",\r\n"due_at": null, "status": "o\\u0070en" } ',
    ],
)
def test_bodies_are_compared_as_parsed_json_not_as_text(user_client: APIClient, body: str) -> None:
    created = create_todo(user_client, {"status": "open", "title": "é", "due_at": None})
    again = create_todo(user_client, body, content_type=JSON)
    assert (again.status_code, again.json()) == (200, created.json())


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("form", "content_type"),
    [("title=a%26b&status=open", FORM), ("status=open&title=a%26b&csrfmiddlewaretoken=token", FORM)],
)
def test_form_is_compared_by_its_fields(user_client: APIClient, form: str, content_type: str) -> None:
    created = create_todo(user_client, {"title": "a&b", "status": "open"})
    again = create_todo(user_client, form, content_type=content_type)
    assert (again.status_code, again.json()) == (200, created.json())


@pytest.mark.any_database
def test_multipart_form_is_compared_by_its_fields(user_client: APIClient) -> None:
    created = create_todo(user_client, {"title": "x", "status": "open"}, format="multipart")
    again = create_todo(user_client, {"status": "open", "title": "x"})
    assert (created.status_code, again.status_code) == (201, 200)
    assert again.json() == created.json()


def test_form_with_another_value_is_another_body(user_client: APIClient) -> None:
    create_todo(user_client)
    assert_key_reused(create_todo(user_client, "title=y", content_type=FORM))


def test_two_users_can_use_the_same_key(user_client: APIClient, user: User) -> None:
    create_todo(user_client)
    other = make_user()
    response = create_todo(client_for(other), {"title": "theirs"})
    assert (response.status_code, response.json()["created_by"]) == (201, other.email)
    assert create_todo(user_client).json()["created_by"] == user.email


def test_another_key_creates_another_todo(user_client: APIClient) -> None:
    assert create_todo(user_client).json()["id"] != create_todo(user_client, key="Key").json()["id"]


def test_same_body_without_a_key_creates_another_todo(user_client: APIClient, user: User) -> None:
    create_todo(user_client)
    assert user_client.post(list_url(), {"title": "x"}).status_code == 201
    assert Todo.objects.owned_by(user).count() == 2


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "x", "due": None}, {"title": "x", "id": 1}, []])
def test_refused_request_does_not_use_up_the_key(user_client: APIClient, user: User, body: Any) -> None:
    assert_error(create_todo(user_client, body), 400)
    assert current_revision(user) == 0
    assert create_todo(user_client).status_code == 201


def test_unparsable_body_does_not_use_up_the_key(user_client: APIClient) -> None:
    assert_error(create_todo(user_client, '{"title": "x"', content_type=JSON), 400)
    assert create_todo(user_client).status_code == 201


def test_refused_repeat_does_not_change_the_first_todo(user_client: APIClient) -> None:
    created = create_todo(user_client).json()
    assert_error(create_todo(user_client, {"title": ""}), 400)
    assert_key_reused(create_todo(user_client, {"title": "y"}))
    assert create_todo(user_client).json() == created


@pytest.mark.parametrize("key", ["~", "a b", '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "a,b;c=d", "k" * 255])
def test_key_may_be_any_printable_ascii(user_client: APIClient, key: str) -> None:
    created = create_todo(user_client, key=key)
    again = create_todo(user_client, key=key)
    assert (created.status_code, again.status_code) == (201, 200)
    assert again.json() == created.json()


@pytest.mark.any_database
@pytest.mark.parametrize("key", ["", "k" * 256, "é", "schlüssel", "日本", "a\tb", "a\x00b", "a\x1fb", "a\x7fb"])
@pytest.mark.in_process("no client sends such headers")
def test_key_that_is_not_1_to_255_printable_ascii_characters_is_refused(
    user_client: APIClient, user: User, key: str
) -> None:
    [error] = assert_error(create_todo(user_client, key=key), 400)
    assert (error["attr"], error["code"]) == ("Idempotency-Key", "invalid")
    assert current_revision(user) == 0


def test_key_on_another_call_is_ignored(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    for title, changed in (("y", 2), ("z", 3)):
        response = user_client.patch(todo_url(todo), {"title": title}, headers=KEY)
        assert (response.status_code, response.json()["revision"]) == (202, changed)


@pytest.mark.any_database
def test_key_is_in_no_response(user_client: APIClient) -> None:
    created = create_todo(user_client, key="secret-key")
    assert "secret-key" not in json.dumps([created.json(), fetch_list(user_client)])


def test_key_is_stored_with_the_todo(user_client: APIClient, user: User) -> None:
    create_todo(user_client)
    assert Todo.objects.owned_by(user).get().idempotency_key == "key"


def test_replay_in_html_is_a_page_without_etag(user_client: APIClient) -> None:
    create_todo(user_client)
    page = create_todo(user_client, HTTP_ACCEPT="text/html")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "ETag" not in page


@pytest.mark.any_database
@pytest.mark.parametrize("depth", [100, 450, 900, 10_000])
def test_deeply_nested_body_with_a_key_is_400(user_client: APIClient, depth: int) -> None:
    body = '{"title": "x", "due": ' + "[" * depth + "]" * depth + "}"
    assert_error(create_todo(user_client, body, content_type=JSON), 400)


@pytest.mark.any_database
def test_huge_numbers_and_lone_surrogates_with_a_key_are_400(user_client: APIClient) -> None:
    for value in ("1e999", "1" * 4000, '"\\ud800"', "-0.0"):
        assert_error(create_todo(user_client, f'{{"title": "x", "due": {value}}}', content_type=JSON), 400)


@pytest.mark.any_database
@pytest.mark.parametrize("body", ["x", 5, True, None])
def test_body_that_is_not_an_object_gets_the_same_error_with_a_key_as_without(
    user_client: APIClient, body: Any
) -> None:
    with_key = user_client.post(list_url(), json.dumps(body), content_type=JSON, headers=KEY)
    without = user_client.post(list_url(), json.dumps(body), content_type=JSON)
    assert assert_error(with_key, 400) == assert_error(without, 400)


@pytest.mark.any_database
def test_file_upload_with_a_key_is_400(user_client: APIClient) -> None:
    body = '--b\r\nContent-Disposition: form-data; name="title"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    content_type = "multipart/form-data; boundary=b"
    [error] = assert_error(create_todo(user_client, body, content_type=content_type), 400)
    assert error["attr"] == "title"
