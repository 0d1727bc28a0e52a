"""Password resets by the API: who gets a mail, and what its link does."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import Client
from django.urls import reverse

from accounts.models import ThrottleCount, User
from accounts.tokens import issue_tokens
from testing.accounts import (
    NEW_PASSWORD,
    access_token_works,
    change_password,
    confirm_reset,
    is_logged_in,
    list_errors,
    log_in,
    refresh_token_works,
    request_reset,
)
from testing.concurrency import run_concurrently
from testing.factories import PASSWORD, client_for, make_user
from testing.outbox import find_reset_link, make_reset_link, read_outbox
from testing.passwords import WRONG_PASSWORD
from testing.queries import capture_statements

# Mails are sent by another thread, which only sees committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.in_process("mails go to a list of this process")]


@pytest.fixture
def user() -> User:
    return make_user("ada@example.com")


def test_owner_gets_a_mail_whose_link_sets_a_password(user: User) -> None:
    response = request_reset(" Ada@Example.COM")
    assert (response.status_code, response["Cache-Control"]) == (202, "no-store")
    [message] = read_outbox()
    assert (message.to, message.from_email) == (["ada@example.com"], "Todo API <noreply@localhost>")
    _, uid, token = find_reset_link(message)
    response = confirm_reset(uid, token)
    assert (response.status_code, response.content) == (204, b"")
    assert log_in(user.email, NEW_PASSWORD).status_code == 200
    assert log_in(user.email, PASSWORD).status_code == 400


def test_others_get_no_mail_and_the_same_response(user: User) -> None:
    make_user("inactive@example.com", is_active=False)
    without_password = make_user("without@example.com")
    without_password.set_unusable_password()
    without_password.save()
    responses = [request_reset(name + "@example.com") for name in ("ada", "nobody", "inactive", "without")]
    assert {(response.status_code, response.content) for response in responses} == {(202, responses[0].content)}
    assert [message.to for message in read_outbox()] == [["ada@example.com"]]


def test_request_takes_the_same_statements_with_and_without_an_account(user: User, set_throttles: Any) -> None:
    set_throttles(reset=9, reset_email=9)
    request_reset("first@example.com")
    known, unknown = (capture_statements(partial(request_reset, f"{name}@example.com")) for name in ("ada", "nobody"))
    assert len(known) == len(unknown) == 4
    assert not [text for text in known + unknown if "accounts_user" in text]


@pytest.mark.parametrize("email", ["ada", "", None, 5, [], "ada@example.com\0", "x" * 65 + "@example.com"])
def test_request_with_an_invalid_email_is_refused(email: object) -> None:
    response = request_reset(email)
    assert (response.status_code, {attr for attr, _ in list_errors(response)}) == (400, {"email"})
    assert read_outbox() == []


def test_link_begins_with_the_public_url_whatever_the_host_header(user: User, settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://todo.example.com/dev", ["*"]
    request_reset(user.email, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    [message] = read_outbox()
    assert find_reset_link(message)[0].startswith("https://todo.example.com/dev/session/reset/")
    assert "evil" not in str(message.message())


def test_mailbox_gets_no_mail_over_the_limit_and_the_response_is_the_same(set_throttles: Any) -> None:
    set_throttles(reset_email=3)
    make_user("ada@example.com")
    responses = [request_reset(email) for email in ("ada@example.com", "ADA@example.com") * 3]
    assert {(response.status_code, response.content) for response in responses} == {(202, responses[0].content)}
    assert len(read_outbox()) == 3


def test_link_works_once(user: User) -> None:
    uid, token = make_reset_link(user)
    assert confirm_reset(uid, token).status_code == 204
    response = confirm_reset(uid, token, "another staple battery")
    assert (response.status_code, list_errors(response)) == (400, [("token", "invalid_token")])
    assert log_in(user.email, NEW_PASSWORD).status_code == 200


def test_one_of_simultaneous_confirmations_succeeds(user: User) -> None:
    uid, token = make_reset_link(user)
    responses = run_concurrently(partial(confirm_reset, uid, token, f"{NEW_PASSWORD} {number}") for number in range(8))
    assert sorted(response.status_code for response in responses) == [204] + [400] * 7
    [winner] = [number for number, response in enumerate(responses) if response.status_code == 204]
    assert log_in(user.email, f"{NEW_PASSWORD} {winner}").status_code == 200


def test_link_works_for_an_hour(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    uid, token = make_reset_link(user)
    now = datetime.now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: now + timedelta(seconds=3_700))
    assert list_errors(confirm_reset(uid, token)) == [("token", "invalid_token")]
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: now + timedelta(seconds=3_500))
    assert confirm_reset(uid, token).status_code == 204


def change_to_the_same_password(user: User) -> None:
    assert change_password(client_for(user), new=PASSWORD).status_code == 200


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def use_another_link(user: User) -> None:
    assert confirm_reset(*make_reset_link(user)).status_code == 204


@pytest.mark.parametrize("event", [change_to_the_same_password, deactivate, User.delete, use_another_link])
def test_link_stops_working_after(user: User, event: Any) -> None:
    uid, token = make_reset_link(user)
    event(User.objects.get(pk=user.pk))
    assert list_errors(confirm_reset(uid, token)) == [("token", "invalid_token")]
    assert Client().get(reverse("new-password", args=[uid, token])).status_code == 400


def test_uid_and_token_are_not_trimmed(user: User) -> None:
    uid, token = make_reset_link(user)
    assert confirm_reset(uid, f" {token}").status_code == 400
    assert confirm_reset(f"{uid} ", token).status_code == 400


def test_token_of_another_user_is_refused(user: User) -> None:
    _, token = make_reset_link(user)
    other, _ = make_reset_link(make_user())
    assert list_errors(confirm_reset(other, token)) == [("token", "invalid_token")]


@pytest.mark.parametrize(
    "uid", ["", "MQ==", "0", "é", "\U0001f600", "MDE", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "M" * 9_000]
)
@pytest.mark.parametrize("token", ["", "-", "a-b-c", "zzzzzzzzzzzzzz-0", "é-é", "-" * 9_000])
def test_malformed_uid_or_token_is_refused(user: User, uid: str, token: str) -> None:
    response = confirm_reset(uid, token)
    assert response.status_code == 400
    assert {attr for attr, _ in list_errors(response)} <= {"uid", "token"}


@pytest.mark.parametrize("password", ["", "short", "12345678", "x" * 129, "ada@example.com", None, 5])
def test_new_password_that_breaks_a_rule_is_refused_and_the_link_still_works(user: User, password: object) -> None:
    uid, token = make_reset_link(user)
    response = confirm_reset(uid, token, password)
    assert (response.status_code, {attr for attr, _ in list_errors(response)}) == (400, {"new_password"})
    assert confirm_reset(uid, token).status_code == 204


def test_reset_revokes_all_tokens_and_sessions(user: User) -> None:
    tokens, browser = issue_tokens(user), Client()
    browser.force_login(user)
    assert is_logged_in(browser)
    assert confirm_reset(*make_reset_link(user)).status_code == 204
    assert not access_token_works(tokens["access"])
    assert not refresh_token_works(tokens["refresh"])
    assert not is_logged_in(browser)


def test_reset_unlocks_an_account_that_failed_logins_have_locked(set_throttles: Any) -> None:
    set_throttles(account=2, email=3, password=1)
    user = make_user("ada@example.com")
    for address in ("192.0.2.1", "192.0.2.2", "127.0.0.1"):
        log_in(user.email, WRONG_PASSWORD, address=address)
    assert log_in(user.email, PASSWORD).status_code == 429
    confirm_reset(*make_reset_link(user))
    assert log_in(user.email, NEW_PASSWORD).status_code == 200


def test_reset_does_not_clear_the_count_of_reset_mails(set_throttles: Any) -> None:
    set_throttles(reset_email=1)
    user = make_user("ada@example.com")
    request_reset(user.email)
    confirm_reset(*make_reset_link(user))
    assert ThrottleCount.objects.get().scope == "reset_email"


def test_without_a_mail_server_no_mail_is_sent_and_the_log_says_why(user: User, settings: Any, caplog: Any) -> None:
    settings.SENDS_MAIL = False
    assert request_reset(user.email).status_code == 202
    assert read_outbox() == []
    assert "EMAIL_URL is not set" in caplog.text


def test_mail_server_failure_is_logged_and_not_shown_to_the_client(user: User, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert request_reset(user.email).status_code == 202
    assert read_outbox() == []
    assert "A reset mail was not sent: ConnectionRefusedError" in caplog.text
