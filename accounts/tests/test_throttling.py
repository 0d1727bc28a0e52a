"""How often something may be tried, and what counts as a try."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.exceptions import TooManyAttempts
from accounts.models import ThrottleCount, User
from accounts.throttling import MAX_EXPIRED_DELETED, Attempt, refund, reserve
from accounts.tokens import issue_tokens
from testing.accounts import change_password, delete
from testing.assertions import assert_error
from testing.factories import PASSWORD, client_for, make_user
from testing.queries import statements

pytestmark = pytest.mark.in_process("sets the rates of this process; attacks show them from outside")

ELSEWHERE = "192.0.2.2"
WRONG = "not the password"


def log_in(email: str, password: str = WRONG, address: str = "127.0.0.1") -> Any:
    return APIClient().post(reverse("auth-login"), {"email": email, "password": password}, REMOTE_ADDR=address)


def by_form(page: str) -> Callable[..., Any]:
    def log_in_by_form(email: str, password: str = WRONG, address: str = "127.0.0.1") -> Any:
        return Client().post(reverse(page), {"username": email, "password": password}, REMOTE_ADDR=address)

    return log_in_by_form


LOG_INS = [log_in, by_form("rest_framework:login"), by_form("admin:login")]


def sign_up(number: int) -> Any:
    return APIClient().post(reverse("auth-signup"), {"email": f"new{number}@example.com", "password": PASSWORD})


def refresh(_: int) -> Any:
    return APIClient().post(reverse("auth-refresh"), {"refresh": "no token"})


def reset_or_confirm(number: int) -> Any:
    if number % 2:
        return APIClient().post(reverse("auth-reset"), {"email": f"nobody{number}@example.com"})
    body = {"uid": "MQ", "token": "no-token", "new_password": PASSWORD}
    return APIClient().post(reverse("auth-confirm"), body)


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("login", lambda number: log_in(f"nobody{number}@example.com")),
        ("signup", sign_up),
        ("refresh", refresh),
        ("reset", reset_or_confirm),
    ],
)
def test_from_one_address_as_many_pass_as_may(limit: Any, scope: str, call: Callable[[int], Any]) -> None:
    limit(**{scope: 4})
    assert 429 not in [call(number).status_code for number in range(4)]
    answer = call(4)
    assert [error["code"] for error in assert_error(answer, 429)] == ["throttled"]
    assert 55 <= int(answer["Retry-After"]) <= 60


def test_the_pages_of_a_reset_count_as_its_calls(limit: Any) -> None:
    limit(reset=2)
    assert reset_or_confirm(1).status_code == 202
    for page in (reverse("admin_password_reset"), reverse("new-password", args=["MQ", "no-token"])):
        assert Client().get(page).status_code in (200, 400)
    assert Client().post(reverse("admin_password_reset"), {"email": "nobody@example.com"}).status_code == 200
    assert Client().post(reverse("new-password", args=["MQ", "no-token"])).status_code == 429
    assert Client().post(reverse("admin_password_reset"), {"email": "nobody@example.com"}).status_code == 429


def test_who_asks_for_html_is_told_on_a_page(limit: Any) -> None:
    limit(login=1)
    statuses = [log_in("nobody@example.com").status_code]
    page = Client().post(reverse("admin:login"), {"username": "x", "password": "x"}, headers={"accept": "text/html"})
    assert ([*statuses, page.status_code], page["Content-Type"]) == ([400, 429], "text/html; charset=utf-8")
    assert int(page["Retry-After"]) > 50


@pytest.mark.parametrize("log_in_again", LOG_INS)
@pytest.mark.parametrize("scope", ["login", "account", "email"])
def test_all_log_ins_share_one_count(limit: Any, user: User, log_in_again: Callable[..., Any], scope: str) -> None:
    limit(**{scope: 3})
    for try_to_log_in in LOG_INS:
        assert try_to_log_in(user.email).status_code in (200, 400)
    assert log_in_again(user.email, PASSWORD).status_code == 429


def test_only_failed_log_ins_count_against_an_account(limit: Any, user: User) -> None:
    limit(account=2, email=2)
    passwords = [PASSWORD, WRONG, PASSWORD, PASSWORD, WRONG, PASSWORD]
    assert [log_in(user.email, each).status_code for each in passwords] == [200, 400, 200, 200, 400, 429]


def test_failures_from_one_address_lock_nobody_out_elsewhere(limit: Any, user: User) -> None:
    limit(account=1)
    assert [log_in(user.email).status_code for _ in range(3)] == [400, 429, 429]
    assert log_in(user.email, PASSWORD, ELSEWHERE).status_code == 200
    assert log_in("other@example.com").status_code == 400


def test_failures_from_everywhere_count_against_an_email(limit: Any, user: User) -> None:
    limit(account=9, email=4)
    statuses = [log_in(user.email, address=f"192.0.2.{number}").status_code for number in range(6)]
    assert statuses == [400] * 4 + [429] * 2
    assert log_in(user.email, PASSWORD, ELSEWHERE).status_code == 429


def test_what_was_refused_is_no_failure(limit: Any, user: User) -> None:
    """Else who may not try any more would use up what others may, and the owner what they may later."""
    limit(account=2, email=3)
    for _ in range(5):
        log_in(user.email)
    assert [log_in(user.email, address=ELSEWHERE).status_code for _ in range(3)] == [400, 429, 429]
    assert sorted(ThrottleCount.objects.values_list("count", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("spelling", ["KATE@Example.COM", " kate@example.com", "\uff4bate@example\u3002com"])
@pytest.mark.parametrize("log_in_again", LOG_INS)
def test_all_spellings_of_an_email_share_one_count(limit: Any, log_in_again: Any, spelling: str) -> None:
    limit(account=2, email=2)
    log_in("kate@example.com")
    assert log_in_again(spelling).status_code in (200, 400)
    assert log_in("kate@example.com").status_code == 429


@pytest.mark.parametrize("scope", ["login", "account", "email"])
def test_a_refused_log_in_computes_no_hash(limit: Any, user: User, scope: str, monkeypatch: Any) -> None:
    limit(**{scope: 1})
    log_in(user.email)
    hashes: list[str] = []
    encode = "accounts.passwords.Argon2idHasher.encode"
    monkeypatch.setattr(encode, lambda *arguments: hashes.append("hash"))
    assert log_in(user.email, PASSWORD).status_code == 429
    assert hashes == []


def test_a_failed_log_in_takes_the_same_statements_for_everybody(limit: Any, user: User) -> None:
    limit(login=9, account=9, email=9)
    make_user("inactive@example.com", is_active=False)
    emails = ("first@example.com", user.email, "nobody@example.com", "inactive@example.com")
    _, known, unknown, inactive = (statements(partial(log_in, email)) for email in emails)
    shapes = [[re.sub(r"'[^']*'", "?", text) for text in texts] for texts in (known, unknown, inactive)]
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(known) == 6


def test_wrong_current_passwords_count_for_the_user_and_apart_from_log_ins(limit: Any, user: User) -> None:
    limit(password=2, account=1)
    user_client = client_for(user)
    assert change_password(user_client, current=WRONG).status_code == 400
    assert log_in(user.email).status_code == 400
    assert delete(user_client, WRONG).status_code == 400
    assert (delete(user_client).status_code, change_password(user_client).status_code) == (429, 429)
    assert change_password(client_for(make_user())).status_code == 200


def test_right_current_passwords_do_not_count(limit: Any, user: User) -> None:
    limit(password=1)
    assert [change_password(client_for(user), new=PASSWORD).status_code for _ in range(1)] == [200]
    user.refresh_from_db()
    assert delete(client_for(user)).status_code == 204


def test_in_the_admin_wrong_current_passwords_count_too(limit: Any) -> None:
    limit(password=2)
    admin, browser = make_user(is_staff=True), Client()
    browser.force_login(admin)
    form = {"old_password": WRONG, "new_password1": "another horse battery", "new_password2": "another horse battery"}
    assert browser.get(reverse("admin:password_change")).status_code == 200
    statuses = [browser.post(reverse("admin:password_change"), form).status_code for _ in range(3)]
    assert (statuses, change_password(client_for(admin)).status_code) == ([200, 200, 429], 429)


def test_in_the_admin_a_right_current_password_does_not_count(limit: Any) -> None:
    limit(password=1)
    admin, browser = make_user(is_staff=True), Client()
    browser.force_login(admin)
    form = {
        "old_password": PASSWORD,
        "new_password1": "another horse battery",
        "new_password2": "another horse battery",
    }
    assert browser.post(reverse("admin:password_change"), form | {"new_password2": "another one"}).status_code == 200
    assert browser.post(reverse("admin:password_change"), form).status_code == 302
    assert ThrottleCount.objects.get().count == 0


def end_periods() -> None:
    ThrottleCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def test_a_period_begins_anew_with_the_first_try_after_it(limit: Any, user: User) -> None:
    limit(account=2)
    assert [log_in(user.email).status_code for _ in range(3)] == [400, 400, 429]
    end_periods()
    assert [log_in(user.email).status_code for _ in range(3)] == [400, 400, 429]


def test_a_try_is_not_given_back_to_a_later_period(limit: Any) -> None:
    limit(account=1)
    early = reserve(Attempt("account", "x"))
    end_periods()
    reserve(Attempt("account", "x"))
    refund(early)
    with pytest.raises(TooManyAttempts):
        reserve(Attempt("account", "x"))


def test_counts_whose_period_is_over_go_away_by_themselves(limit: Any) -> None:
    limit(account=1, email=9)
    for number in range(30):
        reserve(Attempt("account", str(number)))
    end_periods()
    for number in range(30 // MAX_EXPIRED_DELETED):
        reserve(Attempt("email", str(number)))
    assert set(ThrottleCount.objects.values_list("scope", flat=True)) == {"email"}


def test_nothing_is_counted_where_no_rate_is_set(user: User) -> None:
    assert [log_in(user.email).status_code for _ in range(30)] == [400] * 30
    assert not ThrottleCount.objects.exists()


def test_a_count_tells_neither_email_nor_what_was_typed_instead(limit: Any, user: User) -> None:
    limit(login=9, account=9, email=9)
    for typed in (user.email, PASSWORD):
        log_in(typed)
    rows = str(list(ThrottleCount.objects.values()))
    assert user.email not in rows
    assert PASSWORD not in rows


def test_the_database_refuses_a_negative_count_and_a_second_one(db: None) -> None:
    values = {"scope": "login", "subject": "", "address": "192.0.2.1", "ends_at": timezone.now()}
    with pytest.raises(IntegrityError):
        ThrottleCount.objects.bulk_create([ThrottleCount(count=1, **values), ThrottleCount(count=1, **values)])


def test_calls_with_a_good_token_are_not_throttled(limit: Any, user: User) -> None:
    limit(login=1, signup=1, refresh=1, reset=1, account=1, email=1, password=1)
    user_client = client_for(user)
    assert [user_client.get(reverse("auth-me")).status_code for _ in range(5)] == [200] * 5
    body = {"refresh": issue_tokens(user)["refresh"]}
    assert [user_client.post(reverse("auth-refresh"), body).status_code for _ in range(2)] == [200, 429]
