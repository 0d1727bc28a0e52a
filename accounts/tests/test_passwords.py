"""The rules for passwords, and their hashes."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.passwords import Argon2idHasher, normalize_password
from testing.accounts import change_password, list_errors, log_in, sign_up
from testing.factories import PASSWORD, client_for, make_user

pytestmark = pytest.mark.any_database

EMAIL = "ada.lovelace@example.com"

# Passwords that break one rule, and the code of the error.
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


@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_signup_with_password_that_breaks_a_rule_is_refused(db: None, password: object, code: str) -> None:
    response = sign_up(EMAIL, password)
    assert (response.status_code, list_errors(response)) == (400, [("password", code)])
    assert not User.objects.exists()


@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_change_to_password_that_breaks_a_rule_is_refused(db: None, password: object, code: str) -> None:
    user = make_user(EMAIL)
    response = change_password(client_for(user), new=password)
    assert (response.status_code, list_errors(response)) == (400, [("new_password", code)])
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_each_broken_rule_is_an_error(db: None) -> None:
    codes = {code for _, code in list_errors(sign_up(EMAIL, "12345"))}
    assert codes == {"password_too_short", "password_too_common", "password_entirely_numeric"}


@pytest.mark.parametrize("password", ["Tr0ub4do", "x7 kQ" * 25 + "123", "пароль из слов", "\U0001f600" * 128])
def test_password_of_8_to_128_characters_of_any_kind_is_accepted(db: None, password: str) -> None:
    assert sign_up(EMAIL, password).status_code == 200
    assert log_in(EMAIL, password).status_code == 200


def test_password_with_lone_surrogate_is_refused(db: None, api: APIClient) -> None:
    body = rb'{"email": "ada@example.com", "password": "correct \ud800 horse battery"}'
    response = api.post(reverse("auth-signup"), body, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "password")


@pytest.mark.parametrize(("other", "status"), [("  two spaces  ", 200), ("two spaces", 400), ("  two spaces", 400)])
def test_password_is_not_trimmed_at_signup_and_login(db: None, other: str, status: int) -> None:
    sign_up(EMAIL, "  two spaces  ")
    assert log_in(EMAIL, other).status_code == status


def test_new_password_is_not_trimmed(user_client: APIClient, user: User) -> None:
    change_password(user_client, new="  two spaces  ")
    user.refresh_from_db()
    assert user.check_password("  two spaces  ")


def test_password_is_hashed_by_argon2id_with_19_mib_and_two_passes(db: None) -> None:
    sign_up(EMAIL, PASSWORD)
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_same_password_has_another_hash_for_each_user(db: None) -> None:
    first, second = (User.objects.create_user(f"{name}@example.com", PASSWORD) for name in ("ada", "bob"))
    assert first.password != second.password


# The same password as typed on different keyboards: composed and decomposed, with a ligature, in full width.
SPELLINGS = ["caf\u00e9 au lait", "cafe\u0301 au lait"]
COMPATIBLE = ["\ufb01ne \uff50assword", "fine password"]


@pytest.mark.parametrize(("stored", "typed"), [SPELLINGS, SPELLINGS[::-1], COMPATIBLE, COMPATIBLE[::-1]])
def test_password_is_the_same_however_its_characters_are_composed(db: None, stored: str, typed: str) -> None:
    assert sign_up(EMAIL, stored).status_code == 200
    assert log_in(EMAIL, typed).status_code == 200
    changed = change_password(client_for(User.objects.get()), current=typed, new=f"{stored} 2")
    assert changed.status_code == 200
    assert log_in(EMAIL, f"{typed} 2").status_code == 200


@pytest.mark.parametrize("typed", [SPELLINGS[1], COMPATIBLE[0]])
def test_hash_of_an_earlier_version_is_accepted_and_replaced(db: None, typed: str) -> None:
    user = make_user(EMAIL)
    earlier = Argon2PasswordHasher.encode(Argon2idHasher(), typed, "salt" * 4)
    User.objects.filter(pk=user.pk).update(password=earlier, token_version=user.token_version)
    assert log_in(EMAIL, typed).status_code == 200
    user.refresh_from_db()
    assert user.password != earlier
    assert log_in(EMAIL, normalize_password(typed)).status_code == 200


@pytest.mark.parametrize("length", [7, 129])
def test_lengths_count_composed_characters(db: None, length: int) -> None:
    code = "password_too_short" if length < 8 else "password_too_long"
    assert ("password", code) in list_errors(sign_up(EMAIL, "e\u0301" * length))
    assert sign_up(EMAIL, "e\u0301" * 128).status_code == 200
