"""A forgotten password: who gets a mail, and what its link does."""

from datetime import datetime, timedelta
from functools import partial
from threading import BoundedSemaphore
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import password_resets
from accounts.models import ThrottleCount, User
from accounts.tokens import tokens_for
from testing.accounts import change_password, errors, log_in, refreshes, works
from testing.concurrency import run_concurrently
from testing.factories import PASSWORD, client_for, make_user
from testing.outbox import link_in, sent
from testing.processes import run
from testing.queries import statements
from todoproject.serving import background_tasks

NEW_PASSWORD = "staple battery horse"

# Mails go out in a thread, which sees only what is committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.in_process("mails go to a list of this process")]


@pytest.fixture
def user() -> User:
    return make_user("ada@example.com")


def ask(email: object, **options: Any) -> Any:
    return APIClient().post(reverse("auth-reset"), {"email": email}, **options)


def ask_on_the_page(email: str) -> Any:
    return Client().post(reverse("admin_password_reset"), {"email": email})


def confirm(uid: str, token: str, password: object = NEW_PASSWORD) -> Any:
    return APIClient().post(reverse("auth-confirm"), {"uid": uid, "token": token, "new_password": password})


def link_for(user: User) -> tuple[str, str]:
    uid, token = urlsplit(password_resets.link(user)).path.split("/")[3:5]
    return uid, token


def test_the_owner_of_the_address_gets_a_mail_and_its_link_sets_a_password(user: User) -> None:
    answer = ask(" Ada@Example.COM")
    assert (answer.status_code, answer["Cache-Control"]) == (202, "no-store")
    [message] = sent()
    assert (message.to, message.from_email) == (["ada@example.com"], "Todo API <noreply@localhost>")
    _, uid, token = link_in(message)
    answer = confirm(uid, token)
    assert (answer.status_code, answer.content) == (204, b"")
    assert log_in(user.email, NEW_PASSWORD).status_code == 200
    assert log_in(user.email, PASSWORD).status_code == 400


def test_nobody_else_gets_one_and_the_answer_is_the_same(user: User) -> None:
    make_user("inactive@example.com", is_active=False)
    without = make_user("without@example.com")
    without.set_unusable_password()
    without.save()
    answers = [ask(name + "@example.com") for name in ("ada", "nobody", "inactive", "without")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert [message.to for message in sent()] == [["ada@example.com"]]


def test_asking_takes_the_same_statements_whether_there_is_an_account(user: User, limit: Any) -> None:
    limit(reset=9, reset_email=9)
    ask("first@example.com")
    known, unknown = (statements(partial(ask, f"{name}@example.com")) for name in ("ada", "nobody"))
    assert len(known) == len(unknown) == 4
    assert not [text for text in known + unknown if "accounts_user" in text]


@pytest.mark.parametrize("email", ["ada", "", None, 5, [], "ada@example.com\0", "x" * 65 + "@example.com"])
def test_what_is_no_address_is_refused(email: object) -> None:
    answer = ask(email)
    assert (answer.status_code, {attr for attr, _ in errors(answer)}) == (400, {"email"})
    assert sent() == []


def test_the_link_begins_with_the_public_url_whatever_the_host(user: User, settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://todo.example.com/dev", ["*"]
    ask(user.email, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    [message] = sent()
    assert link_in(message)[0].startswith("https://todo.example.com/dev/session/reset/")
    assert "evil" not in str(message.message())


def test_one_mailbox_gets_so_many_mails_and_the_answer_stays_the_same(limit: Any) -> None:
    limit(reset_email=3)
    make_user("ada@example.com")
    answers = [ask(email) for email in ("ada@example.com", "ADA@example.com") * 3]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert len(sent()) == 3


def test_a_link_works_once(user: User) -> None:
    uid, token = link_for(user)
    assert confirm(uid, token).status_code == 204
    answer = confirm(uid, token, "another staple battery")
    assert (answer.status_code, errors(answer)) == (400, [("token", "invalid_token")])
    assert log_in(user.email, NEW_PASSWORD).status_code == 200


def test_of_confirmations_at_once_one_works(user: User) -> None:
    uid, token = link_for(user)
    answers = run_concurrently(partial(confirm, uid, token, f"{NEW_PASSWORD} {number}") for number in range(8))
    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 7
    [winner] = [number for number, answer in enumerate(answers) if answer.status_code == 204]
    assert log_in(user.email, f"{NEW_PASSWORD} {winner}").status_code == 200


def test_a_link_works_for_an_hour(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    uid, token = link_for(user)
    now = datetime.now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: now + timedelta(seconds=3_700))
    assert errors(confirm(uid, token)) == [("token", "invalid_token")]
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: now + timedelta(seconds=3_500))
    assert confirm(uid, token).status_code == 204


def change(user: User) -> None:
    assert change_password(client_for(user), new=PASSWORD).status_code == 200


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def reset_by_another_link(user: User) -> None:
    assert confirm(*link_for(user)).status_code == 204


@pytest.mark.parametrize("event", [change, deactivate, User.delete, reset_by_another_link])
def test_a_link_dies_with(user: User, event: Any) -> None:
    """Also where the password that it is changed to is the same."""
    uid, token = link_for(user)
    event(User.objects.get(pk=user.pk))
    assert errors(confirm(uid, token)) == [("token", "invalid_token")]
    assert Client().get(reverse("new-password", args=[uid, token])).status_code == 400


def test_a_link_is_not_mended(user: User) -> None:
    uid, token = link_for(user)
    assert confirm(uid, f" {token}").status_code == 400
    assert confirm(f"{uid} ", token).status_code == 400


def test_a_mistyped_password_uses_up_no_confirmation(limit: Any) -> None:
    limit(reset=1)
    page = reverse("new-password", args=link_for(make_user("ada@example.com")))
    for first, second in (("short", "short"), (NEW_PASSWORD, "other"), (NEW_PASSWORD, NEW_PASSWORD)):
        answer = Client().post(page, {"new_password1": first, "new_password2": second})
        assert answer.status_code == 200
    assert "Your new password is set." in answer.content.decode()


def test_a_link_is_for_one_user(user: User) -> None:
    _, token = link_for(user)
    other, _ = link_for(make_user())
    assert errors(confirm(other, token)) == [("token", "invalid_token")]


@pytest.mark.parametrize(
    "uid", ["", "MQ==", "0", "é", "\U0001f600", "MDE", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "M" * 9_000]
)
@pytest.mark.parametrize("token", ["", "-", "a-b-c", "zzzzzzzzzzzzzz-0", "é-é", "-" * 9_000])
def test_what_is_no_link_is_refused(user: User, uid: str, token: str) -> None:
    answer = confirm(uid, token)
    assert answer.status_code == 400
    assert {attr for attr, _ in errors(answer)} <= {"uid", "token"}


@pytest.mark.parametrize("password", ["", "short", "12345678", "x" * 129, "ada@example.com", None, 5])
def test_the_new_password_has_the_rules_of_every_other(user: User, password: object) -> None:
    uid, token = link_for(user)
    answer = confirm(uid, token, password)
    assert (answer.status_code, {attr for attr, _ in errors(answer)}) == (400, {"new_password"})
    assert confirm(uid, token).status_code == 204


def test_a_reset_ends_every_token_and_session(user: User) -> None:
    tokens, browser = tokens_for(user), Client()
    browser.force_login(user)
    assert browser.get(reverse("auth-me")).status_code == 200
    assert confirm(*link_for(user)).status_code == 204
    assert not works(tokens["access"])
    assert not refreshes(tokens["refresh"])
    assert browser.get(reverse("auth-me")).status_code == 401


def test_a_reset_lets_an_owner_in_whom_an_attacker_has_locked_out(limit: Any) -> None:
    limit(account=2, email=3, password=1)
    user = make_user("ada@example.com")
    for address in ("192.0.2.1", "192.0.2.2", "127.0.0.1"):
        APIClient().post(reverse("auth-login"), {"email": user.email, "password": "x"}, REMOTE_ADDR=address)
    assert log_in(user.email, PASSWORD).status_code == 429
    confirm(*link_for(user))
    assert log_in(user.email, NEW_PASSWORD).status_code == 200


def test_a_reset_lets_nobody_have_more_mails(limit: Any) -> None:
    limit(reset_email=1)
    user = make_user("ada@example.com")
    ask(user.email)
    confirm(*link_for(user))
    assert ThrottleCount.objects.get().scope == "reset_email"


def test_the_page_asks_and_says_the_same_to_everybody(user: User) -> None:
    pages = [ask_on_the_page(email) for email in ("Ada@example.com", "nobody@example.com")]
    assert {page.status_code for page in pages} == {200}
    assert all(password_resets.ASKED in page.content.decode() for page in pages)
    assert [message.to for message in sent()] == [["ada@example.com"]]


@pytest.mark.parametrize("email", ["ada", "", '"ada"@example.com', "ada@example.com\0"])
def test_the_page_refuses_what_is_no_address(email: str) -> None:
    page = ask_on_the_page(email)
    assert 'role="alert"' in page.content.decode()
    assert sent() == []


def test_the_page_of_the_link_sets_a_password(user: User) -> None:
    ask(user.email)
    link, _, _ = link_in(sent()[0])
    page, browser = urlsplit(link).path, Client()
    assert 'name="new_password1"' in browser.get(page).content.decode()
    answer = browser.post(page, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD})
    assert "Your new password is set." in answer.content.decode()
    assert (log_in(user.email, NEW_PASSWORD).status_code, browser.get(page).status_code) == (200, 400)


@pytest.mark.parametrize(
    ("first", "second"), [("short", "short"), (NEW_PASSWORD, "other"), ("", ""), ("ada@example.com", "ada@example.com")]
)
def test_the_page_of_the_link_says_what_is_wrong(user: User, first: str, second: str) -> None:
    page = reverse("new-password", args=link_for(user))
    answer = Client().post(page, {"new_password1": first, "new_password2": second})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (200, True)
    assert log_in(user.email, PASSWORD).status_code == 200


def test_of_posts_of_the_page_at_once_one_works(user: User) -> None:
    page = reverse("new-password", args=link_for(user))
    form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    answers = run_concurrently([partial(Client().post, page, form)] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


def test_the_pages_need_the_csrf_token_begin_no_session_and_are_not_stored(user: User) -> None:
    for page in (reverse("admin_password_reset"), reverse("new-password", args=link_for(user))):
        browser = Client(enforce_csrf_checks=True)
        answer = browser.get(page)
        assert answer["Cache-Control"] == "no-store"
        assert set(answer.cookies) == {"csrftoken"}
        assert browser.post(page, {"email": user.email}).status_code == 403


@pytest.mark.parametrize("page", ["admin:login", "rest_framework:login"])
def test_the_log_ins_lead_to_the_page(page: str) -> None:
    assert f'href="{reverse("admin_password_reset")}"' in Client().get(reverse(page)).content.decode()


def test_without_a_mail_server_nothing_is_sent_and_the_log_says_why(user: User, settings: Any, caplog: Any) -> None:
    settings.SENDS_MAIL = False
    assert ask(user.email).status_code == 202
    assert sent() == []
    assert "EMAIL_URL is not set" in caplog.text


def test_a_broken_mail_server_costs_the_caller_nothing_and_is_logged(user: User, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask(user.email).status_code == 202
    assert sent() == []
    assert "A reset mail was not sent: ConnectionRefusedError" in caplog.text


WAITING_AT_THE_STOP = """
import logging, time, django
django.setup()
from todoproject.serving import background_tasks
background_tasks.STOP_SECONDS, background_tasks.DELAY = 0.1, (0, 0)
for _ in range(4):
    background_tasks.run_in_background(time.sleep, 1)
background_tasks.stop()
"""


def test_at_the_stop_what_waits_too_long_is_dropped_and_logged() -> None:
    result = run("-c", WAITING_AT_THE_STOP, DJANGO_SETTINGS_MODULE="todoproject.settings")
    assert (result.returncode, result.stderr.count("dropped: the process stops")) == (0, 3)


def test_beyond_what_may_wait_a_call_is_dropped_and_logged(caplog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_tasks, "queue_slots", BoundedSemaphore(2))
    for _ in range(3):
        background_tasks.run_in_background(sleep, 0.1)
    assert caplog.text.count("A background task was dropped") == 1
    background_tasks.executor.submit(int).result(30)


def test_lambda_is_not_waited_for_longer_than_a_caller_waits() -> None:
    config = background_tasks.get_session_with_short_timeouts().client("lambda", region_name="eu-central-1").meta.config
    assert config.connect_timeout + config.read_timeout < 10
    assert config.retries["total_max_attempts"] == 1
