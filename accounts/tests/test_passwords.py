"""What a password may be, and how it is kept."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import PASSWORD, client_for, make_user

EMAIL = "ada.lovelace@example.com"

# A password that breaks one rule, and the code of the error.
REFUSED = [
    ("Tr0ub4d", "password_too_short"),
    ("x7 kQ" * 25 + "1234", "password_too_long"),
    ("password123", "password_too_common"),
    ("83920174625117", "password_entirely_numeric"),
    ("ada.lovelace1", "password_too_similar"),
    ("", "blank"),
    (None, "null"),
    (8392017462, "invalid"),
    (True, "invalid"),
    (["correct horse battery"], "invalid"),
    ("correct horse\0battery", "null_characters_not_allowed"),
]


def errors(answer: Any) -> list[tuple[str, str]]:
    return [(error["attr"], error["code"]) for error in answer.json()["errors"]]


def sign_up(api: APIClient, password: object) -> Any:
    return api.post(reverse("auth-signup"), {"email": EMAIL, "password": password})


@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_a_password_against_the_rules_signs_nobody_up(db: None, api: APIClient, password: object, code: str) -> None:
    answer = sign_up(api, password)
    assert (answer.status_code, errors(answer)) == (400, [("password", code)])
    assert not User.objects.exists()


@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_a_password_against_the_rules_replaces_none(db: None, password: object, code: str) -> None:
    user = make_user(EMAIL)
    body = {"current_password": PASSWORD, "new_password": password}
    answer = client_for(user).post(reverse("auth-password"), body)
    assert (answer.status_code, errors(answer)) == (400, [("new_password", code)])
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_each_broken_rule_is_an_error(db: None, api: APIClient) -> None:
    codes = {code for _, code in errors(sign_up(api, "12345"))}
    assert codes == {"password_too_short", "password_too_common", "password_entirely_numeric"}


@pytest.mark.parametrize("password", ["Tr0ub4do", "x7 kQ" * 25 + "123", "пароль из слов", "\U0001f600" * 128])
def test_8_to_128_characters_of_any_kind_are_a_password(db: None, api: APIClient, password: str) -> None:
    assert sign_up(api, password).status_code == 200
    assert api.post(reverse("auth-login"), {"email": EMAIL, "password": password}).status_code == 200


def test_a_lone_surrogate_is_no_part_of_a_password(db: None, api: APIClient) -> None:
    body = rb'{"email": "ada@example.com", "password": "correct \ud800 horse battery"}'
    answer = api.post(reverse("auth-signup"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "password")


@pytest.mark.parametrize(("other", "status"), [("  two spaces  ", 200), ("two spaces", 400), ("  two spaces", 400)])
def test_a_password_is_never_trimmed(db: None, api: APIClient, other: str, status: int) -> None:
    sign_up(api, "  two spaces  ")
    assert api.post(reverse("auth-login"), {"email": EMAIL, "password": other}).status_code == status


def test_a_changed_password_is_never_trimmed(user_client: APIClient, user: User) -> None:
    user_client.post(reverse("auth-password"), {"current_password": PASSWORD, "new_password": "  two spaces  "})
    user.refresh_from_db()
    assert user.check_password("  two spaces  ")


def test_a_password_is_kept_as_argon2id_of_19_mib_and_two_passes(db: None, api: APIClient) -> None:
    sign_up(api, PASSWORD)
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_is_kept_differently_each_time(db: None) -> None:
    first, second = (User.objects.create_user(f"{name}@example.com", PASSWORD) for name in ("ada", "bob"))
    assert first.password != second.password
