"""The pages to sign up, log in and out, and for the account, as a browser without JavaScript uses them."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.accounts import NEW_PASSWORD, is_logged_in, log_in
from testing.factories import PASSWORD, make_user
from todoproject.config.rates import Rate

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def send(browser: Client, page: str, query: str = "", **fields: str) -> Any:
    return browser.post(reverse(page) + query, fields, headers=HTML)


def test_signing_up_begins_a_session(db: None) -> None:
    browser = Client()
    response = send(browser, "signup", email=" Ada@Example.com ", password=PASSWORD)
    assert (response.status_code, response["Location"]) == (302, reverse("app"))
    assert browser.get(reverse("auth-me")).json()["email"] == "ada@example.com"


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        ("ada@example.com", "short", "at least 8 characters"),
        ("ada@example.com", "ada@example.com", "too similar"),
        ("ada", PASSWORD, "valid email address"),
        ("", PASSWORD, "This field is required."),
        ("taken@example.com", PASSWORD, "Email already exists."),
    ],
)
def test_refused_sign_up_keeps_the_email_and_never_the_password(
    db: None, email: str, password: str, error: str
) -> None:
    make_user("taken@example.com")
    page = send(Client(), "signup", email=email, password=password)
    text = page.content.decode()
    assert (page.status_code, error in text) == (200, True)
    assert all("value=" not in field for field in re.findall(r'<input type="password"[^>]*>', text))
    assert not email or f'value="{email}"' in text


@pytest.mark.parametrize("page", ["login", "signup"])
def test_next_page_is_kept_and_led_to(user: User, page: str) -> None:
    browser, path = Client(), reverse("account")
    assert f'name="next" value="{path}"' in browser.get(f"{reverse(page)}?next={path}").content.decode()
    fields = {"username": user.email} if page == "login" else {"email": "new@example.com"}
    assert send(browser, page, next=path, password=PASSWORD, **fields)["Location"] == path


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/auth/login/", "/auth/logout", "/nowhere/"],
)
def test_next_page_that_cannot_be_read_is_replaced_by_the_default(user: User, target: str) -> None:
    response = send(Client(), "login", username=user.email, password=PASSWORD, next=target)
    assert response["Location"] == reverse("app")


def test_log_in_with_a_long_password(db: None) -> None:
    password, browser = "long " * 25, Client()
    user = User.objects.create_user("ada@example.com", password)
    assert "maxlength" not in browser.get(reverse("login")).content.decode().partition('type="password"')[2]
    send(browser, "login", username=user.email, password=password)
    assert is_logged_in(browser)


def test_person_who_is_logged_in_is_led_on_from_the_login_page(logged_in: Client) -> None:
    assert logged_in.get(reverse("login"))["Location"] == reverse("app")


@pytest.mark.parametrize(("seconds", "text"), [(5 * 60, "Try again in 5 minutes."), (3 * 3_600, "in 3 hours.")])
def test_rate_limit_is_explained_on_the_page_with_what_was_typed(
    db: None, monkeypatch: pytest.MonkeyPatch, seconds: int, text: str
) -> None:
    monkeypatch.setitem(settings.THROTTLES, "login", Rate(1, seconds))
    send(Client(), "login", username="ada@example.com", password="x")
    page = send(Client(), "login", username="ada@example.com", password="x")
    assert (page.status_code, int(page["Retry-After"]) > seconds - 60) == (429, True)
    assert text in page.content.decode()
    assert 'value="ada@example.com"' in page.content.decode()


@pytest.mark.parametrize("page", ["login", "signup"])
def test_expired_form_is_shown_again_with_what_was_typed(db: None, page: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = send(browser, page, username="ada@example.com", email="ada@example.com", password="typed before")
    text = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (403, "no-store")
    assert ("This form had expired" in text, 'value="ada@example.com"' in text) == (True, True)
    assert "typed before" not in text


def test_account_page_leads_to_the_login_and_back(db: None) -> None:
    for page in ("account", "account-password", "account-delete"):
        assert Client().get(reverse(page))["Location"] == f"{reverse('login')}?next={reverse(page)}"


def test_changed_password_keeps_this_session_and_ends_others(logged_in: Client, user: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    response = send(logged_in, "account-password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert (response.status_code, response["Location"]) == (302, reverse("account"))
    assert (is_logged_in(logged_in), is_logged_in(elsewhere)) == (True, False)
    assert log_in(user.email, NEW_PASSWORD).status_code == 200


def test_wrong_current_password_changes_nothing(logged_in: Client, user: User) -> None:
    page = send(logged_in, "account-password", current_password="wrong", new_password=NEW_PASSWORD)
    assert "This is not your current password." in page.content.decode()
    assert log_in(user.email, PASSWORD).status_code == 200


def test_log_out_everywhere_ends_every_session(logged_in: Client, user: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    assert send(logged_in, "logout-everywhere")["Clear-Site-Data"] == '"storage"'
    assert (is_logged_in(logged_in), is_logged_in(elsewhere)) == (False, False)


def test_deleting_the_account_needs_the_password(logged_in: Client, user: User) -> None:
    assert "not your current password" in send(logged_in, "account-delete", password="wrong").content.decode()
    assert User.objects.filter(pk=user.pk).exists()
    assert send(logged_in, "account-delete", password=PASSWORD)["Location"] == reverse("root")
    assert not User.objects.filter(pk=user.pk).exists()


def test_log_out_clears_the_browser_and_says_so(logged_in: Client) -> None:
    assert "Log out" in logged_in.get(reverse("logout")).content.decode()
    response = send(logged_in, "logout")
    assert response["Clear-Site-Data"] == '"storage"'
    assert "You are logged out." in logged_in.get(reverse("root")).content.decode()


def test_password_managers_find_the_page_that_changes_the_password(client: Client) -> None:
    assert client.get("/.well-known/change-password")["Location"] == reverse("account-password")
