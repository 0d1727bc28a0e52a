"""Throttles by client address and of the current password, and the periods of their counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.exceptions import TooManyAttempts
from accounts.models import ThrottleCount, User
from accounts.throttling import MAX_EXPIRED_DELETED, Attempt, refund, reserve
from accounts.tokens import issue_tokens
from testing.accounts import (
    NEW_PASSWORD,
    change_password,
    confirm_reset,
    delete_account,
    is_logged_in,
    log_in,
    request_reset,
    sign_up,
    use_refresh_token,
)
from testing.assertions import assert_error
from testing.factories import PASSWORD, client_for, make_user
from testing.passwords import WRONG_PASSWORD

pytestmark = pytest.mark.in_process("sets the rates of this process; attacks show them from outside")


def request_or_confirm_reset(number: int) -> Any:
    return request_reset(f"nobody{number}@example.com") if number % 2 else confirm_reset("MQ", "no-token")


@pytest.mark.parametrize(
    ("scope", "send"),
    [
        ("login", lambda number: log_in(f"nobody{number}@example.com", WRONG_PASSWORD)),
        ("signup", lambda number: sign_up(f"new{number}@example.com")),
        ("refresh", lambda number: use_refresh_token("no token")),
        ("reset", request_or_confirm_reset),
    ],
)
def test_requests_of_one_client_over_the_limit_are_429(
    set_throttles: Any, scope: str, send: Callable[[int], Any]
) -> None:
    set_throttles(**{scope: 4})
    assert 429 not in [send(number).status_code for number in range(4)]
    response = send(4)
    assert [error["code"] for error in assert_error(response, 429)] == ["throttled"]
    assert 55 <= int(response["Retry-After"]) <= 60


def test_reset_pages_and_endpoints_share_one_count(set_throttles: Any) -> None:
    set_throttles(reset=2)
    request_page, new_password_page = reverse("admin_password_reset"), reverse("new-password", args=["MQ", "no-token"])
    assert request_or_confirm_reset(1).status_code == 202
    assert [Client().get(page).status_code for page in (request_page, new_password_page)] == [200, 400]
    assert Client().post(request_page, {"email": "nobody@example.com"}).status_code == 302
    assert Client().post(new_password_page).status_code == 429
    assert Client().post(request_page, {"email": "nobody@example.com"}).status_code == 429


def test_browser_gets_the_429_as_a_page(set_throttles: Any) -> None:
    set_throttles(login=1)
    statuses = [log_in("nobody@example.com", WRONG_PASSWORD).status_code]
    page = Client().post(reverse("admin:login"), {"username": "x", "password": "x"}, headers={"accept": "text/html"})
    assert ([*statuses, page.status_code], page["Content-Type"]) == ([400, 429], "text/html; charset=utf-8")
    assert int(page["Retry-After"]) > 50


def test_wrong_current_passwords_count_for_the_user_and_not_as_failed_logins(set_throttles: Any, user: User) -> None:
    set_throttles(password=2, account=1)
    user_client = client_for(user)
    assert change_password(user_client, current=WRONG_PASSWORD).status_code == 400
    assert log_in(user.email, WRONG_PASSWORD).status_code == 400
    assert delete_account(user_client, WRONG_PASSWORD).status_code == 400
    assert (delete_account(user_client).status_code, change_password(user_client).status_code) == (429, 429)
    assert change_password(client_for(make_user())).status_code == 200


def test_right_current_password_does_not_count(set_throttles: Any, user: User) -> None:
    set_throttles(password=1)
    assert change_password(client_for(user), new=PASSWORD).status_code == 200
    user.refresh_from_db()
    assert delete_account(client_for(user)).status_code == 204


def test_wrong_current_passwords_in_the_admin_count(set_throttles: Any) -> None:
    set_throttles(password=2)
    admin, browser = make_user(is_staff=True), Client()
    browser.force_login(admin)
    form = {"old_password": WRONG_PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert browser.get(reverse("admin:password_change")).status_code == 200
    statuses = [browser.post(reverse("admin:password_change"), form).status_code for _ in range(3)]
    assert (statuses, change_password(client_for(admin)).status_code) == ([200, 200, 429], 429)


def test_right_current_password_in_the_admin_does_not_count(set_throttles: Any) -> None:
    set_throttles(password=1)
    browser = Client()
    browser.force_login(make_user(is_staff=True))
    form = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert browser.post(reverse("admin:password_change"), form | {"new_password2": "another one"}).status_code == 200
    assert browser.post(reverse("admin:password_change"), form).status_code == 302
    assert ThrottleCount.objects.get().count == 0


def end_periods() -> None:
    ThrottleCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def test_first_attempt_after_a_period_begins_a_new_one(set_throttles: Any, user: User) -> None:
    set_throttles(account=2)
    assert [log_in(user.email, WRONG_PASSWORD).status_code for _ in range(3)] == [400, 400, 429]
    end_periods()
    assert [log_in(user.email, WRONG_PASSWORD).status_code for _ in range(3)] == [400, 400, 429]


def test_attempt_is_not_refunded_to_a_later_period(set_throttles: Any) -> None:
    set_throttles(account=1)
    early = reserve(Attempt("account", "x"))
    end_periods()
    reserve(Attempt("account", "x"))
    refund(early)
    with pytest.raises(TooManyAttempts):
        reserve(Attempt("account", "x"))


def test_reservations_delete_expired_counts(set_throttles: Any) -> None:
    set_throttles(account=1, email=9)
    for number in range(30):
        reserve(Attempt("account", str(number)))
    end_periods()
    for number in range(30 // MAX_EXPIRED_DELETED):
        reserve(Attempt("email", str(number)))
    assert set(ThrottleCount.objects.values_list("scope", flat=True)) == {"email"}


def test_nothing_is_counted_without_a_rate(user: User) -> None:
    assert [log_in(user.email, WRONG_PASSWORD).status_code for _ in range(30)] == [400] * 30
    assert not ThrottleCount.objects.exists()


@pytest.mark.parametrize("counts", [[1, 1], [-1]], ids=["two counts of the same attempts", "negative count"])
def test_database_refuses(db: None, counts: list[int]) -> None:
    values = {"scope": "login", "subject": "", "address": "192.0.2.1", "ends_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        ThrottleCount.objects.bulk_create([ThrottleCount(count=count, **values) for count in counts])


def test_requests_with_a_valid_token_are_not_throttled(set_throttles: Any, user: User) -> None:
    set_throttles(login=1, signup=1, refresh=1, reset=1, account=1, email=1, password=1)
    user_client = client_for(user)
    assert all(is_logged_in(user_client) for _ in range(5))
    body = {"refresh": issue_tokens(user)["refresh"]}
    assert [user_client.post(reverse("auth-refresh"), body).status_code for _ in range(2)] == [200, 429]
