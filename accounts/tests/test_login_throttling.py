"""Throttles of logins, by client address and by e-mail address, in the API and on both login pages."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ThrottleCount, User
from testing.accounts import log_in
from testing.factories import PASSWORD, make_user
from testing.passwords import WRONG_PASSWORD
from testing.queries import capture_statements

pytestmark = pytest.mark.in_process("sets the rates of this process; attacks show them from outside")

OTHER_ADDRESS = "192.0.2.2"


def fail_to_log_in(email: str, address: str = "") -> Any:
    return log_in(email, WRONG_PASSWORD, address=address)


def log_in_by_form(page: str, email: str, password: str) -> Any:
    return Client().post(reverse(page), {"username": email, "password": password})


LOGIN_FORMS: list[Callable[[str, str], Any]] = [
    log_in,
    partial(log_in_by_form, "login"),
    partial(log_in_by_form, "admin:login"),
]


@pytest.mark.parametrize("log_in_again", LOGIN_FORMS)
@pytest.mark.parametrize("scope", ["login", "account", "email"])
def test_all_login_forms_share_one_count(set_throttles: Any, user: User, log_in_again: Any, scope: str) -> None:
    set_throttles(**{scope: 3})
    for log_in_by_one_form in LOGIN_FORMS:
        assert log_in_by_one_form(user.email, WRONG_PASSWORD).status_code in (200, 400)
    assert log_in_again(user.email, PASSWORD).status_code == 429


def test_only_failed_logins_count_for_an_account(set_throttles: Any, user: User) -> None:
    set_throttles(account=2, email=2)
    passwords = [PASSWORD, WRONG_PASSWORD, PASSWORD, PASSWORD, WRONG_PASSWORD, PASSWORD]
    assert [log_in(user.email, each).status_code for each in passwords] == [200, 400, 200, 200, 400, 429]


def test_failures_from_one_address_lock_out_no_other_address_or_account(set_throttles: Any, user: User) -> None:
    set_throttles(account=1)
    assert [fail_to_log_in(user.email).status_code for _ in range(3)] == [400, 429, 429]
    assert log_in(user.email, PASSWORD, address=OTHER_ADDRESS).status_code == 200
    assert fail_to_log_in("other@example.com").status_code == 400


def test_failures_from_all_addresses_count_for_an_email(set_throttles: Any, user: User) -> None:
    set_throttles(account=9, email=4)
    statuses = [fail_to_log_in(user.email, f"192.0.2.{number}").status_code for number in range(6)]
    assert statuses == [400] * 4 + [429] * 2
    assert log_in(user.email, PASSWORD, address=OTHER_ADDRESS).status_code == 429


def test_refused_login_does_not_count_as_a_failure(set_throttles: Any, user: User) -> None:
    """Otherwise a client that is refused would use up the attempts of other addresses, and the owner's later ones."""
    set_throttles(account=2, email=3)
    for _ in range(5):
        fail_to_log_in(user.email)
    assert [fail_to_log_in(user.email, OTHER_ADDRESS).status_code for _ in range(3)] == [400, 429, 429]
    assert sorted(ThrottleCount.objects.values_list("count", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("spelling", ["KATE@Example.COM", " kate@example.com", "\uff4bate@example\u3002com"])
@pytest.mark.parametrize("log_in_again", LOGIN_FORMS)
def test_all_spellings_of_an_email_share_one_count(
    set_throttles: Any, log_in_again: Callable[..., Any], spelling: str
) -> None:
    set_throttles(account=2, email=2)
    fail_to_log_in("kate@example.com")
    assert log_in_again(spelling, WRONG_PASSWORD).status_code in (200, 400)
    assert fail_to_log_in("kate@example.com").status_code == 429


@pytest.mark.parametrize("scope", ["login", "account", "email"])
def test_refused_login_computes_no_hash(set_throttles: Any, user: User, scope: str, monkeypatch: Any) -> None:
    set_throttles(**{scope: 1})
    fail_to_log_in(user.email)
    hashes: list[str] = []
    encode = "accounts.passwords.Argon2idHasher.encode"
    monkeypatch.setattr(encode, lambda *arguments: hashes.append("hash"))
    assert log_in(user.email, PASSWORD).status_code == 429
    assert hashes == []


def test_failed_login_takes_the_same_statements_for_every_kind_of_account(set_throttles: Any, user: User) -> None:
    set_throttles(login=9, account=9, email=9)
    make_user("inactive@example.com", is_active=False)
    emails = ("first@example.com", user.email, "nobody@example.com", "inactive@example.com")
    _, known, unknown, inactive = (capture_statements(partial(fail_to_log_in, email)) for email in emails)
    shapes = [[re.sub(r"'[^']*'", "?", text) for text in texts] for texts in (known, unknown, inactive)]
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(known) == 6


def test_counts_contain_neither_the_email_nor_a_password_typed_in_its_place(set_throttles: Any, user: User) -> None:
    set_throttles(login=9, account=9, email=9)
    for typed in (user.email, PASSWORD):
        fail_to_log_in(typed)
    rows = str(list(ThrottleCount.objects.values()))
    assert user.email not in rows
    assert PASSWORD not in rows
