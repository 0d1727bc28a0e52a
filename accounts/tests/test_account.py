"""The signed-in user's own account: reading and deleting it, changing the password, logging out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.accounts import NEW_PASSWORD, change_password, delete, errors, log_in, refreshes, works
from testing.factories import PASSWORD, client_for, make_todo, make_user
from todos.models import Todo

# A password that is not the current one, and the code of the error.
NOT_CURRENT = [
    ("not the password", "wrong_password"),
    (PASSWORD.upper(), "wrong_password"),
    (f" {PASSWORD}", "wrong_password"),
    ("", "blank"),
    (None, "null"),
    (5, "invalid"),
    ([PASSWORD], "invalid"),
]


@pytest.mark.parametrize(
    ("method", "call"), [("get", "me"), ("delete", "me"), ("post", "logout"), ("post", "password")]
)
def test_an_account_is_its_owners_only(db: None, api: APIClient, method: str, call: str) -> None:
    assert getattr(api, method)(reverse(f"auth-{call}")).status_code == 401


def test_me_is_the_signed_in_account(user_client: APIClient, user: User) -> None:
    make_user()
    answer = user_client.get(reverse("auth-me"))
    assert answer.status_code == 200
    created_at = user.created_at.isoformat().replace("+00:00", "Z")
    assert answer.json() == {"email": user.email, "created_at": created_at, "revision": 0}


def test_me_counts_the_writes_to_its_todos(user_client: APIClient, user: User) -> None:
    make_todo(user)
    user_client.post(reverse("todo-list"), {"title": "Buy bread"})
    make_todo(make_user())
    assert user_client.get(reverse("auth-me")).json()["revision"] == 2


@pytest.mark.in_process("counts statements")
def test_me_takes_one_statement(user_client: APIClient) -> None:
    with CaptureQueriesContext(connection) as queries:
        user_client.get(reverse("auth-me"))
    assert len(queries) == 1


@pytest.mark.parametrize(("password", "code"), NOT_CURRENT)
def test_without_its_password_no_account_is_deleted(user_client: APIClient, password: object, code: str) -> None:
    answer = delete(user_client, password)
    assert (answer.status_code, errors(answer)) == (400, [("password", code)])
    assert user_client.get(reverse("auth-me")).status_code == 200


def test_deleting_the_account_asks_for_the_password(user_client: APIClient) -> None:
    answer = user_client.delete(reverse("auth-me"))
    assert (answer.status_code, errors(answer)) == (400, [("password", "required")])
    assert user_client.get(reverse("auth-me")).status_code == 200


def test_a_deleted_account_takes_all_that_is_its_own_and_nothing_else(user_client: APIClient, user: User) -> None:
    other = make_user()
    kept = make_todo(other)
    make_todo(user)
    user_client.delete(reverse("todo-detail", args=[make_todo(user).pk]))
    assert Todo.objects.filter(owner=user).exclude(deleted_at=None).count() == 1
    answer = delete(user_client)
    assert (answer.status_code, answer.content) == (204, b"")
    assert list(User.objects.all()) == [other]
    assert list(Todo.objects.all()) == [kept]


def test_a_deleted_account_has_no_tokens_and_no_login(user_client: APIClient, user: User) -> None:
    tokens = issue_tokens(user)
    delete(user_client)
    assert not works(tokens["access"])
    assert not refreshes(tokens["refresh"])
    assert log_in(user.email, PASSWORD).json()["message"] == "Invalid credentials"


def test_the_email_of_a_deleted_account_can_sign_up_again(user_client: APIClient, user: User, api: APIClient) -> None:
    make_todo(user)
    delete(user_client)
    token = api.post(reverse("auth-signup"), {"email": user.email, "password": PASSWORD}).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
    assert api.get(reverse("todo-list")).json() == []


def test_a_changed_password_logs_in_and_the_old_one_does_not(user_client: APIClient, user: User) -> None:
    assert change_password(user_client).status_code == 200
    assert log_in(user.email, NEW_PASSWORD).status_code == 200
    assert log_in(user.email, PASSWORD).status_code == 400


def test_changing_the_password_gives_tokens_that_work(user_client: APIClient) -> None:
    answer = change_password(user_client)
    assert answer.json().keys() == {"token", "access", "refresh"}
    assert answer.json()["token"] == answer.json()["access"]
    assert works(answer.json()["access"])
    assert refreshes(answer.json()["refresh"])
    assert answer["Cache-Control"] == "no-store"


def test_changing_the_password_kills_all_older_tokens(user_client: APIClient, user: User) -> None:
    elsewhere = issue_tokens(user)
    change_password(user_client)
    assert user_client.get(reverse("auth-me")).status_code == 401
    assert not works(elsewhere["access"])
    assert not refreshes(elsewhere["refresh"])


@pytest.mark.parametrize(("password", "code"), NOT_CURRENT)
def test_without_the_current_password_none_is_changed(user_client: APIClient, password: object, code: str) -> None:
    answer = change_password(user_client, current=password)
    assert (answer.status_code, errors(answer)) == (400, [("current_password", code)])
    assert change_password(user_client).status_code == 200


def test_changing_the_password_asks_for_both(user_client: APIClient) -> None:
    answer = user_client.post(reverse("auth-password"))
    assert answer.status_code == 400
    assert errors(answer) == [("current_password", "required"), ("new_password", "required")]


def test_a_new_password_is_not_like_the_email(db: None) -> None:
    answer = change_password(client_for(make_user("ada.lovelace@example.com")), new="ada.lovelace1")
    assert errors(answer) == [("new_password", "password_too_similar")]


def test_logging_out_kills_every_token_on_every_device(user_client: APIClient, user: User) -> None:
    elsewhere = issue_tokens(user)
    answer = user_client.post(reverse("auth-logout"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert user_client.get(reverse("auth-me")).status_code == 401
    assert user_client.post(reverse("auth-logout")).status_code == 401
    assert not works(elsewhere["access"])
    assert not refreshes(elsewhere["refresh"])


def test_logging_out_logs_nobody_else_out(user_client: APIClient) -> None:
    other = issue_tokens(make_user())
    user_client.post(reverse("auth-logout"))
    assert works(other["access"])
    assert refreshes(other["refresh"])


def test_after_logging_out_one_can_log_in_again(user_client: APIClient, user: User) -> None:
    user_client.post(reverse("auth-logout"))
    assert works(log_in(user.email, PASSWORD).json()["token"])


def test_logging_out_takes_no_field(user_client: APIClient) -> None:
    answer = user_client.post(reverse("auth-logout"), {"everywhere": False})
    assert (answer.status_code, errors(answer)) == (400, [("everywhere", "unknown")])
    assert user_client.get(reverse("auth-me")).status_code == 200
