"""The actions on accounts in the admin: buttons on the page of a user, and actions in the list of users."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.account_actions import AccountActionError, log_out
from accounts.models import User
from testing.accounts import is_logged_in
from testing.admin import log_in_as, log_in_staff
from testing.assertions import assert_error
from testing.factories import client_for, make_user
from testing.outbox import read_outbox

pytestmark = pytest.mark.any_database

USER_LIST = reverse("admin:accounts_user_changelist")
NAMES = ["log-out", "deactivate", "activate", "send-reset-mail"]  # in the URLs of the buttons
Press = Callable[..., str]


def user_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def action_url(user: User, name: str) -> str:
    return reverse("admin:accounts_user_action", args=[user.pk, name])


def post_and_read_message(browser: Client, url: str, **form: Any) -> str:
    """Send a form, and return the text of the only message on the page that follows."""
    response = browser.post(url, form)
    assert response.status_code == 302
    page = browser.get(response["Location"]).content.decode()
    [message] = re.findall(r'<li class="(?:success|error)">(.*?)</li>', page)
    return message


def press_button(browser: Client, name: str, user: User) -> str:
    """Press a button on the page of a user, and return the message on the next page."""
    return post_and_read_message(browser, action_url(user, name))


def run_list_action(browser: Client, name: str, *users: User) -> str:
    """Run an action of the list for users, and return the message on the next page."""
    form = {"action": name.replace("-", "_"), "_selected_action": [user.pk for user in users]}
    return post_and_read_message(browser, USER_LIST, **form)


@pytest.fixture(params=[press_button, run_list_action])
def press(request: pytest.FixtureRequest) -> Press:
    """A function that performs an action for a user: by the button, or in the list."""
    return request.param


def test_log_out_revokes_the_tokens(admin: Client, user: User, press: Press) -> None:
    client = client_for(user)
    assert press(admin, "log-out", user) == f"Logged out everywhere: {user.email}."
    assert not is_logged_in(client)


def test_deactivated_user_is_logged_out_and_can_be_activated(admin: Client, user: User, press: Press) -> None:
    client = client_for(user)
    assert press(admin, "deactivate", user) == f"Deactivated: {user.email}."
    assert not is_logged_in(client)
    assert press(admin, "activate", user) == f"Activated: {user.email}."
    user.refresh_from_db()
    assert is_logged_in(client_for(user))
    assert not is_logged_in(client)


@pytest.mark.django_db(transaction=True)
@pytest.mark.in_process("mails go to a list of this process")
def test_reset_mail_is_sent_in_the_background(admin: Client, user: User, press: Press) -> None:
    assert press(admin, "send-reset-mail", user) == f"Sending a reset mail: {user.email}."
    assert [message.to for message in read_outbox()] == [[user.email]]


@pytest.mark.in_process("changes a setting")
def test_reset_mail_is_refused_without_a_mail_server(admin: Client, user: User, settings: Any) -> None:
    settings.SENDS_MAIL = False
    assert "mail is not configured, set EMAIL_URL" in press_button(admin, "send-reset-mail", user)
    assert not read_outbox()


@pytest.mark.in_process("mails go to a list of this process")
@pytest.mark.parametrize("fields", [{"is_active": False}, {"password": "!"}])
def test_reset_mail_is_refused_for_an_account_that_cannot_be_reset(
    admin: Client, user: User, fields: dict[str, Any]
) -> None:
    User.objects.filter(pk=user.pk).update(**fields)
    assert "the account is not active, or has no password" in press_button(admin, "send-reset-mail", user)
    assert not read_outbox()


def test_staff_cannot_deactivate_their_own_account(admin: Client, press: Press) -> None:
    staff = User.objects.get()
    assert "you cannot deactivate your own account" in press(admin, "deactivate", staff)
    assert User.objects.filter(is_active=True).exists()


def test_staff_who_log_themselves_out_must_log_in_again(admin: Client) -> None:
    admin.post(action_url(User.objects.get(), "log-out"))
    assert admin.get(USER_LIST)["Location"].startswith(reverse("admin:login"))


def test_log_out_says_if_the_account_changed_at_the_same_time(user: User) -> None:
    stale = User.objects.get(pk=user.pk)
    user.revoke_tokens()
    with pytest.raises(AccountActionError, match="changed at the same time"):
        log_out(stale, make_user())


def test_list_action_says_how_many_users_it_changed(admin: Client) -> None:
    users = [make_user(), make_user()]
    assert run_list_action(admin, "deactivate", *users) == "Deactivated: 2 users."
    assert run_list_action(admin, "deactivate", *users) == "Deactivate had no effect on 2 users: not active."


def test_action_is_logged_only_if_it_was_performed(admin: Client, user: User, press: Press) -> None:
    press(admin, "activate", user)
    press(admin, "deactivate", user)
    [entry] = LogEntry.objects.all()
    assert (entry.object_id, entry.get_change_message(), entry.is_change()) == (str(user.pk), "Deactivated.", True)


@pytest.mark.parametrize("name", NAMES)
def test_action_needs_the_permission_to_change_users(user: User, name: str) -> None:
    staff = log_in_staff("view_user")
    assert staff.post(action_url(user, name)).status_code == 403
    staff.post(USER_LIST, {"action": name.replace("-", "_"), "_selected_action": [user.pk]})
    user.refresh_from_db()
    assert (user.is_active, LogEntry.objects.exists()) == (True, False)


def test_buttons_are_shown_to_those_who_may_press_them(user: User) -> None:
    pages = [log_in_staff(name).get(user_page(user)).content.decode() for name in ("change_user", "view_user")]
    assert [action_url(user, "log-out") in page for page in pages] == [True, False]


@pytest.mark.parametrize(("is_active", "shown"), [(True, ["deactivate", "send-reset-mail"]), (False, ["activate"])])
def test_buttons_depend_on_whether_the_account_is_active(admin: Client, is_active: bool, shown: list[str]) -> None:
    user = make_user(is_active=is_active)
    page = admin.get(user_page(user)).content.decode()
    assert [name for name in NAMES if action_url(user, name) in page] == ["log-out", *shown]


def test_button_needs_a_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user(is_staff=True, is_superuser=True))
    page = browser.get(user_page(user)).content.decode()
    [token] = re.findall(
        r'id="account-actions"[^>]*><input type="hidden" name="csrfmiddlewaretoken" value="(\w+)"', page
    )
    assert_error(browser.post(action_url(user, "deactivate")), 403)
    assert browser.post(action_url(user, "deactivate"), {"csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize(("method", "name", "status"), [("get", "deactivate", 405), ("post", "delete", 404)])
def test_other_requests_are_errors(admin: Client, user: User, method: str, name: str, status: int) -> None:
    assert_error(getattr(admin, method)(action_url(user, name)), status)


def test_user_page_has_no_inline_script_or_style(admin: Client, user: User) -> None:
    page = admin.get(user_page(user)).content.decode()
    assert not re.search(r"<style|<script>| style=| on\w+=", page)


def test_user_who_is_not_staff_is_sent_to_the_login(user: User) -> None:
    response = log_in_as(user).post(action_url(user, "activate"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))
