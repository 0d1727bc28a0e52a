"""Signing up, and logging in."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.passwords import Argon2idHasher
from testing.factories import PASSWORD, client_for, make_user

CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}
CALLS = ["auth-signup", "auth-login"]
FAILURES = ["unknown", "wrong", "inactive", "without a password", "no address"]


def log_in(api: APIClient, **changes: Any) -> Any:
    return api.post(reverse("auth-login"), CREDENTIALS | changes)


def failing(failure: str) -> dict[str, str]:
    """Make somebody who cannot log in, for one of the FAILURES; return the credentials that they try."""
    user = make_user("failing@example.com", is_active=failure != "inactive")
    if failure == "without a password":
        User.objects.filter(pk=user.pk).update(password="!")
    email = {"unknown": "unknown@example.com", "no address": "nobody"}.get(failure, user.email)
    return {"email": email, "password": "not the password" if failure == "wrong" else PASSWORD}


def works(token: str) -> bool:
    return APIClient().get(reverse("auth-me"), headers={"Authorization": f"JWT {token}"}).status_code == 200


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The computations of password hashes, as they happen."""
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


def test_signing_up_says_so_and_gives_tokens(db: None, api: APIClient) -> None:
    answer = api.post(reverse("auth-signup"), CREDENTIALS)
    assert answer.status_code == 200
    assert answer.json().keys() == {"message", "token", "access", "refresh"}
    assert answer.json()["message"] == "Sign up successfully"
    assert answer.json()["token"] == answer.json()["access"]
    assert works(answer.json()["token"])


def test_logging_in_gives_tokens(db: None, api: APIClient) -> None:
    make_user("ada@example.com")
    answer = log_in(api)
    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "access", "refresh"}
    assert answer.json()["token"] == answer.json()["access"]
    assert works(answer.json()["token"])


def test_who_signs_up_is_nobody_special(db: None, api: APIClient) -> None:
    api.post(reverse("auth-signup"), CREDENTIALS)
    user = User.objects.get()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.COM"])
def test_a_taken_email_is_refused(db: None, api: APIClient, email: str) -> None:
    make_user("ada@example.com")
    answer = api.post(reverse("auth-signup"), {"email": email, "password": "another horse battery"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"code": "unique", "detail": "Email already exists.", "attr": "email"}]


def test_signing_up_again_leaves_the_account_as_it_is(db: None, api: APIClient) -> None:
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
    answer = api.post(reverse(call), body)
    errors = [(error["attr"], error["detail"]) for error in answer.json()["errors"]]
    assert (answer.status_code, errors) == (400, [(name, "This field is required.") for name in missing])


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", ["", None, 5, True, [], {}])
def test_credentials_are_strings(db: None, api: APIClient, call: str, value: object) -> None:
    answer = api.post(reverse(call), {"email": value, "password": value})
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"email", "password"}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", [{}, CREDENTIALS])
def test_credentials_in_the_query_string_are_refused(db: None, api: APIClient, call: str, body: dict[str, str]) -> None:
    answer = api.post(reverse(call, query=CREDENTIALS), body)
    assert answer.status_code == 400
    assert {error["code"] for error in answer.json()["errors"]} == {"unknown"}
    assert not User.objects.exists()


@pytest.mark.parametrize("call", CALLS)
def test_a_get_neither_signs_up_nor_in(db: None, api: APIClient, call: str) -> None:
    assert api.get(reverse(call), headers={"Accept": "application/json"}).status_code == 405


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_login_never_says_why(db: None, api: APIClient, failure: str) -> None:
    answer = log_in(api, **failing(failure))
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "validation_error",
        "message": "Invalid credentials",
        "errors": [{"code": "invalid_credentials", "detail": "Invalid credentials", "attr": None}],
    }


@pytest.mark.in_process("counts hashes")
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_login_computes_one_hash_like_any_other(
    db: None, api: APIClient, hashes: list[str], failure: str
) -> None:
    make_user("ada@example.com")
    credentials = failing(failure)
    hashes.clear()
    assert log_in(api).status_code == 200
    assert len(hashes) == 1
    assert log_in(api, **credentials).status_code == 400
    assert len(hashes) == 2


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_login_asks_the_database_as_often_as_any_other(db: None, api: APIClient, failure: str) -> None:
    make_user("ada@example.com")
    credentials = failing(failure)
    with CaptureQueriesContext(connection) as successful:
        log_in(api)
    with CaptureQueriesContext(connection) as failed:
        log_in(api, **credentials)
    assert len(failed) == len(successful) == 1


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_signing_up_and_in_begin_no_session(db: None, api: APIClient, accept: str) -> None:
    for call in CALLS:
        answer = api.post(reverse(call), CREDENTIALS, headers={"Accept": accept})
        assert answer.status_code == 200
        assert settings.SESSION_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize("call", CALLS)
def test_tokens_are_stored_by_no_cache(db: None, api: APIClient, call: str) -> None:
    if call == "auth-login":
        make_user("ada@example.com")
    assert api.post(reverse(call), CREDENTIALS)["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["JWT nonsense", "JWT", "Basic eDp5", ""])
def test_signing_up_and_in_ignore_the_authorization_header(db: None, api: APIClient, header: str) -> None:
    for call in CALLS:
        assert api.post(reverse(call), CREDENTIALS, headers={"Authorization": header}).status_code == 200


def test_a_hash_of_other_parameters_is_renewed_at_login_and_no_token_dies(db: None, api: APIClient) -> None:
    user, hasher = make_user("ada@example.com"), Argon2idHasher()
    hasher.time_cost = 1
    User.objects.filter(pk=user.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    user.refresh_from_db()
    before = client_for(user)
    token = log_in(api).json()["token"]
    user.refresh_from_db()
    assert "m=19456,t=2,p=1" in user.password
    assert works(token)
    assert before.get(reverse("auth-me")).status_code == 200
