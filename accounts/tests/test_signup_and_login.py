"""Signing up and logging in."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.passwords import Argon2idHasher
from testing.accounts import access_token_works, is_logged_in
from testing.factories import PASSWORD, client_for, make_user

CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}
CALLS = ["auth-signup", "auth-login"]
FAILURES = ["unknown", "wrong", "inactive", "without a password", "invalid email"]


def log_in(api: APIClient, **changes: Any) -> Any:
    return api.post(reverse("auth-login"), CREDENTIALS | changes)


def make_failing_credentials(failure: str) -> dict[str, str]:
    """Return credentials that cannot log in, for one of the FAILURES; make the user that they need."""
    user = make_user("failing@example.com", is_active=failure != "inactive")
    if failure == "without a password":
        User.objects.filter(pk=user.pk).update(password="!")
    email = {"unknown": "unknown@example.com", "invalid email": "nobody"}.get(failure, user.email)
    return {"email": email, "password": "not the password" if failure == "wrong" else PASSWORD}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the hasher's methods, as they are called."""
    computed: list[str] = []

    def spy_on(name: str) -> None:
        method = getattr(Argon2idHasher, name)

        def spy(*args: Any) -> Any:
            computed.append(name)
            return method(*args)

        monkeypatch.setattr(Argon2idHasher, name, spy)

    spy_on("encode")
    spy_on("verify")
    return computed


def test_signup_returns_a_message_and_valid_tokens(db: None, api: APIClient) -> None:
    response = api.post(reverse("auth-signup"), CREDENTIALS)
    assert response.status_code == 200
    assert response.json().keys() == {"message", "token", "access", "refresh"}
    assert response.json()["message"] == "Sign up successfully"
    assert response.json()["token"] == response.json()["access"]
    assert access_token_works(response.json()["token"])


def test_login_returns_valid_tokens(db: None, api: APIClient) -> None:
    make_user("ada@example.com")
    response = log_in(api)
    assert response.status_code == 200
    assert response.json().keys() == {"token", "access", "refresh"}
    assert response.json()["token"] == response.json()["access"]
    assert access_token_works(response.json()["token"])


def test_new_user_is_active_and_has_no_rights(db: None, api: APIClient) -> None:
    api.post(reverse("auth-signup"), CREDENTIALS)
    user = User.objects.get()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.COM"])
def test_signup_with_a_taken_email_is_refused(db: None, api: APIClient, email: str) -> None:
    make_user("ada@example.com")
    response = api.post(reverse("auth-signup"), {"email": email, "password": "another horse battery"})
    assert response.status_code == 400
    assert response.json()["errors"] == [{"code": "unique", "detail": "Email already exists.", "attr": "email"}]


def test_second_signup_does_not_change_the_account(db: None, api: APIClient) -> None:
    user = make_user("ada@example.com")
    api.post(reverse("auth-signup"), CREDENTIALS | {"password": "another horse battery"})
    assert User.objects.values().get() == User.objects.filter(pk=user.pk, password=user.password).values().get()
    assert log_in(api).status_code == 200


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("body", "missing"),
    [({}, ["email", "password"]), ({"email": "ada@example.com"}, ["password"]), ({"password": PASSWORD}, ["email"])],
)
def test_each_missing_field_is_an_error(
    db: None, api: APIClient, call: str, body: dict[str, str], missing: list[str]
) -> None:
    response = api.post(reverse(call), body)
    errors = [(error["attr"], error["detail"]) for error in response.json()["errors"]]
    assert (response.status_code, errors) == (400, [(name, "This field is required.") for name in missing])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", ["", None, 5, True, [], {}])
def test_credentials_that_are_not_strings_are_refused(db: None, api: APIClient, call: str, value: object) -> None:
    response = api.post(reverse(call), {"email": value, "password": value})
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"email", "password"}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", [{}, CREDENTIALS])
def test_credentials_in_the_query_string_are_refused(db: None, api: APIClient, call: str, body: dict[str, str]) -> None:
    response = api.post(reverse(call, query=CREDENTIALS), body)
    assert response.status_code == 400
    assert {error["code"] for error in response.json()["errors"]} == {"unknown"}
    assert not User.objects.exists()


@pytest.mark.parametrize("call", CALLS)
def test_get_is_not_allowed(db: None, api: APIClient, call: str) -> None:
    assert api.get(reverse(call), headers={"Accept": "application/json"}).status_code == 405


@pytest.mark.parametrize("failure", FAILURES)
def test_failed_login_returns_invalid_credentials_whatever_the_reason(db: None, api: APIClient, failure: str) -> None:
    response = log_in(api, **make_failing_credentials(failure))
    assert response.status_code == 400
    assert response.json() == {
        "type": "validation_error",
        "message": "Invalid credentials",
        "errors": [{"code": "invalid_credentials", "detail": "Invalid credentials", "attr": None}],
    }


@pytest.mark.in_process("counts hashes")
@pytest.mark.parametrize("failure", FAILURES)
def test_failed_login_computes_one_hash_like_a_successful_one(
    db: None, api: APIClient, hashes: list[str], failure: str
) -> None:
    make_user("ada@example.com")
    credentials = make_failing_credentials(failure)
    hashes.clear()
    assert log_in(api).status_code == 200
    assert len(hashes) == 1
    assert log_in(api, **credentials).status_code == 400
    assert len(hashes) == 2


@pytest.mark.in_process("counts hashes")
@pytest.mark.parametrize("failure", FAILURES)
def test_failed_login_with_a_decomposed_password_computes_two_hashes(
    db: None, api: APIClient, hashes: list[str], failure: str
) -> None:
    """The second is for hashes of earlier versions. If the user exists, it is the same number."""
    credentials = make_failing_credentials(failure) | {"password": "cafe\u0301 au lait"}
    hashes.clear()
    assert log_in(api, **credentials).status_code == 400
    assert len(hashes) == 2


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("failure", FAILURES)
def test_failed_login_takes_one_statement_like_a_successful_one(db: None, api: APIClient, failure: str) -> None:
    make_user("ada@example.com")
    credentials = make_failing_credentials(failure)
    with CaptureQueriesContext(connection) as successful:
        log_in(api)
    with CaptureQueriesContext(connection) as failed:
        log_in(api, **credentials)
    assert len(failed) == len(successful) == 1


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_signup_and_login_do_not_begin_a_session(db: None, api: APIClient, accept: str) -> None:
    for call in CALLS:
        response = api.post(reverse(call), CREDENTIALS, headers={"Accept": accept})
        assert response.status_code == 200
        assert settings.SESSION_COOKIE_NAME not in response.cookies


@pytest.mark.parametrize("call", CALLS)
def test_responses_with_tokens_are_not_cached(db: None, api: APIClient, call: str) -> None:
    if call == "auth-login":
        make_user("ada@example.com")
    assert api.post(reverse(call), CREDENTIALS)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["JWT nonsense", "JWT", "Basic eDp5", ""])
def test_signup_and_login_ignore_the_authorization_header(db: None, api: APIClient, header: str) -> None:
    for call in CALLS:
        assert api.post(reverse(call), CREDENTIALS, headers={"Authorization": header}).status_code == 200


def test_login_renews_a_hash_of_other_parameters_and_keeps_tokens(db: None, api: APIClient) -> None:
    user, hasher = make_user("ada@example.com"), Argon2idHasher()
    hasher.time_cost = 1
    User.objects.filter(pk=user.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    user.refresh_from_db()
    before = client_for(user)
    token = log_in(api).json()["token"]
    user.refresh_from_db()
    assert "m=19456,t=2,p=1" in user.password
    assert access_token_works(token)
    assert is_logged_in(before)
