"""The endpoints of one's own account: read it, delete it, change the password, log out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.accounts import (
    NEW_PASSWORD,
    access_token_works,
    change_password,
    delete_account,
    is_logged_in,
    list_errors,
    log_in,
    refresh_token_works,
)
from testing.factories import PASSWORD, client_for, make_todo, make_user
from todos.models import Todo

# Passwords that are not the current one, and the code of the error.
WRONG_CURRENT_PASSWORDS = [
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
def test_account_endpoints_require_authentication(db: None, api: APIClient, method: str, call: str) -> None:
    assert getattr(api, method)(reverse(f"auth-{call}")).status_code == 401


def test_me_returns_own_account(user_client: APIClient, user: User) -> None:
    make_user()
    response = user_client.get(reverse("auth-me"))
    assert response.status_code == 200
    created_at = user.created_at.isoformat().replace("+00:00", "Z")
    assert response.json() == {"email": user.email, "created_at": created_at, "revision": 0}


def test_revision_of_me_counts_writes_to_own_todos(user_client: APIClient, user: User) -> None:
    make_todo(user)
    user_client.post(reverse("todo-list"), {"title": "Buy bread"})
    make_todo(make_user())
    assert user_client.get(reverse("auth-me")).json()["revision"] == 2


@pytest.mark.in_process("counts statements")
def test_me_takes_two_statements(user_client: APIClient) -> None:
    with CaptureQueriesContext(connection) as queries:
        user_client.get(reverse("auth-me"))
    assert len(queries) == 2


@pytest.mark.parametrize(("password", "code"), WRONG_CURRENT_PASSWORDS)
def test_deleting_account_with_wrong_password_is_refused(user_client: APIClient, password: object, code: str) -> None:
    response = delete_account(user_client, password)
    assert (response.status_code, list_errors(response)) == (400, [("password", code)])
    assert is_logged_in(user_client)


def test_deleting_account_without_password_is_refused(user_client: APIClient) -> None:
    response = user_client.delete(reverse("auth-me"))
    assert (response.status_code, list_errors(response)) == (400, [("password", "required")])
    assert is_logged_in(user_client)


def test_deleting_account_deletes_its_todos_and_nobody_elses(user_client: APIClient, user: User) -> None:
    other = make_user()
    kept = make_todo(other)
    make_todo(user)
    user_client.delete(reverse("todo-detail", args=[make_todo(user).pk]))
    assert Todo.objects.filter(owner=user).exclude(deleted_at=None).count() == 1
    response = delete_account(user_client)
    assert (response.status_code, response.content) == (204, b"")
    assert list(User.objects.all()) == [other]
    assert list(Todo.objects.all()) == [kept]


def test_deleted_account_has_no_valid_tokens_and_no_login(user_client: APIClient, user: User) -> None:
    tokens = issue_tokens(user)
    delete_account(user_client)
    assert not access_token_works(tokens["access"])
    assert not refresh_token_works(tokens["refresh"])
    assert log_in(user.email, PASSWORD).json()["message"] == "Invalid credentials"


def test_email_of_deleted_account_can_sign_up_again(user_client: APIClient, user: User, api: APIClient) -> None:
    make_todo(user)
    delete_account(user_client)
    token = api.post(reverse("auth-signup"), {"email": user.email, "password": PASSWORD}).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
    assert api.get(reverse("todo-list")).json() == []


def test_new_password_logs_in_and_old_one_does_not(user_client: APIClient, user: User) -> None:
    assert change_password(user_client).status_code == 200
    assert log_in(user.email, NEW_PASSWORD).status_code == 200
    assert log_in(user.email, PASSWORD).status_code == 400


def test_changing_password_returns_valid_tokens(user_client: APIClient) -> None:
    response = change_password(user_client)
    assert response.json().keys() == {"token", "access", "refresh"}
    assert response.json()["token"] == response.json()["access"]
    assert access_token_works(response.json()["access"])
    assert refresh_token_works(response.json()["refresh"])
    assert response["Cache-Control"] == "no-store"


def test_changing_password_revokes_older_tokens(user_client: APIClient, user: User) -> None:
    elsewhere = issue_tokens(user)
    change_password(user_client)
    assert not is_logged_in(user_client)
    assert not access_token_works(elsewhere["access"])
    assert not refresh_token_works(elsewhere["refresh"])


@pytest.mark.parametrize(("password", "code"), WRONG_CURRENT_PASSWORDS)
def test_changing_password_with_wrong_current_password_is_refused(
    user_client: APIClient, password: object, code: str
) -> None:
    response = change_password(user_client, current=password)
    assert (response.status_code, list_errors(response)) == (400, [("current_password", code)])
    assert change_password(user_client).status_code == 200


def test_changing_password_requires_current_and_new_password(user_client: APIClient) -> None:
    response = user_client.post(reverse("auth-password"))
    assert response.status_code == 400
    assert list_errors(response) == [("current_password", "required"), ("new_password", "required")]


def test_new_password_similar_to_email_is_refused(db: None) -> None:
    response = change_password(client_for(make_user("ada.lovelace@example.com")), new="ada.lovelace1")
    assert list_errors(response) == [("new_password", "password_too_similar")]


def test_logout_revokes_all_tokens_of_the_user(user_client: APIClient, user: User) -> None:
    elsewhere = issue_tokens(user)
    response = user_client.post(reverse("auth-logout"))
    assert (response.status_code, response.content) == (204, b"")
    assert not is_logged_in(user_client)
    assert user_client.post(reverse("auth-logout")).status_code == 401
    assert not access_token_works(elsewhere["access"])
    assert not refresh_token_works(elsewhere["refresh"])


def test_logout_revokes_no_token_of_other_users(user_client: APIClient) -> None:
    other = issue_tokens(make_user())
    user_client.post(reverse("auth-logout"))
    assert access_token_works(other["access"])
    assert refresh_token_works(other["refresh"])


def test_user_can_log_in_again_after_logout(user_client: APIClient, user: User) -> None:
    user_client.post(reverse("auth-logout"))
    assert access_token_works(log_in(user.email, PASSWORD).json()["token"])


def test_logout_with_a_body_field_is_refused(user_client: APIClient) -> None:
    response = user_client.post(reverse("auth-logout"), {"everywhere": False})
    assert (response.status_code, list_errors(response)) == (400, [("everywhere", "unknown")])
    assert is_logged_in(user_client)
