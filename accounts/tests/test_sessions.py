"""Browser sessions: how they begin, what they may do, and when they end."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.accounts import NEW_PASSWORD, authorization_header, is_logged_in
from testing.factories import PASSWORD, client_for, make_user
from todos.models import Todo

LOGIN = "login"
LOGOUT = "logout"


def send_form(browser: Client, name: str, **fields: str) -> Any:
    """Send an HTML form as a browser does: with the CSRF token of its page."""
    browser.get(reverse(LOGIN))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    return browser.post(reverse(name), {"csrfmiddlewaretoken": token, **fields})


def log_in_by_form(browser: Client, user: User, password: str = PASSWORD) -> Any:
    return send_form(browser, LOGIN, username=user.email, password=password)


def post_json(browser: Client, name: str, body: dict[str, str], *, csrf: bool = True) -> Any:
    """Send JSON to the API as a script in the browser does."""
    headers = {"X-CSRFToken": browser.cookies[settings.CSRF_COOKIE_NAME].value} if csrf else {}
    return browser.post(reverse(name), body, content_type="application/json", headers=headers)


def assert_csrf_failure(response: Any) -> None:
    (error,) = response.json()["errors"]
    assert (response.status_code, error["attr"]) == (403, None)
    assert response.json() == {"type": "client_error", "message": error["detail"], "errors": [error]}
    assert error["detail"].startswith("CSRF Failed: ")


@pytest.mark.parametrize("name", [LOGIN, "todo-list"])
def test_origin_that_does_not_match_is_told_what_a_proxy_must_send(browser: Client, user: User, name: str) -> None:
    browser.force_login(user)
    browser.get(reverse("csrf-token"))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    headers = {"Origin": "https://todo.example.com", "X-CSRFToken": token}
    response = browser.post(reverse(name), {"title": "x"}, content_type="application/json", headers=headers)
    assert_csrf_failure(response)
    for hint in ("Origin checking failed", "X-Forwarded-Proto", "TRUSTED_PROXIES"):
        assert hint in response.json()["message"]


def test_login_form_begins_a_session(browser: Client, user: User) -> None:
    assert not is_logged_in(browser)
    assert log_in_by_form(browser, user).status_code == 302
    assert browser.get(reverse("auth-me")).json()["email"] == user.email


def test_login_form_accepts_other_spellings_of_the_email(browser: Client, user: User) -> None:
    send_form(browser, LOGIN, username=f" {user.email.upper()} ", password=PASSWORD)
    assert is_logged_in(browser)


def test_session_cookie_lasts_14_days_and_is_hidden_from_scripts(browser: Client, user: User) -> None:
    cookie = log_in_by_form(browser, user).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["max-age"] == 14 * 24 * 60 * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_login_form_without_csrf_token_is_refused(browser: Client, user: User) -> None:
    response = browser.post(reverse(LOGIN), {"username": user.email, "password": PASSWORD})
    assert_csrf_failure(response)
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_login_form_with_wrong_password_begins_no_session(browser: Client, user: User) -> None:
    log_in_by_form(browser, user, "not the password")
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_inactive_user_gets_no_session(browser: Client) -> None:
    log_in_by_form(browser, make_user(is_active=False))
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_login_page_ignores_json(browser: Client, user: User) -> None:
    browser.get(reverse(LOGIN))
    post_json(browser, LOGIN, {"username": user.email, "password": PASSWORD})
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_login_page_ignores_credentials_in_the_query_string(browser: Client, user: User) -> None:
    query = {"username": user.email, "password": PASSWORD}
    browser.get(reverse(LOGIN, query=query))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    browser.post(reverse(LOGIN, query=query), {"csrfmiddlewaretoken": token})
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_todo_is_not_created_in_a_session_without_csrf_token(browser: Client, user: User) -> None:
    log_in_by_form(browser, user)
    assert_csrf_failure(post_json(browser, "todo-list", {"title": "Buy milk"}, csrf=False))
    assert not Todo.objects.exists()
    assert post_json(browser, "todo-list", {"title": "Buy milk"}).status_code == 201


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_write_in_a_session_requires_the_csrf_token(browser: Client, user: User, method: str) -> None:
    log_in_by_form(browser, user)
    for name in ("auth-me", "auth-logout", "auth-password", "todo-list"):
        assert_csrf_failure(getattr(browser, method)(reverse(name)))
    assert is_logged_in(browser)


def test_write_with_a_token_needs_no_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True, headers=authorization_header(user))
    browser.force_login(make_user())
    assert browser.post(reverse("todo-list"), {"title": "Buy milk"}).status_code == 201
    assert Todo.objects.get().owner == user


def test_logout_page_ends_only_its_own_session(browser: Client, user: User, user_client: Client) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    log_in_by_form(browser, user)
    log_in_by_form(elsewhere, user)
    send_form(browser, LOGOUT)
    assert not is_logged_in(browser)
    assert is_logged_in(elsewhere)
    assert is_logged_in(user_client)


def test_logout_page_requires_the_csrf_token(browser: Client, user: User) -> None:
    log_in_by_form(browser, user)
    assert_csrf_failure(browser.post(reverse(LOGOUT)))
    assert is_logged_in(browser)


def test_session_key_does_not_work_after_logout(browser: Client, user: User) -> None:
    log_in_by_form(browser, user)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    send_form(browser, LOGOUT)
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_logged_in(browser)


def end_by_logout_with_a_token(browser: Client, user: User) -> None:
    assert client_for(user).post(reverse("auth-logout")).status_code == 204


def end_by_logout_in_a_session(browser: Client, user: User) -> None:
    assert post_json(browser, "auth-logout", {}).status_code == 204


def end_by_a_changed_password(browser: Client, user: User) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert post_json(browser, "auth-password", body).status_code == 200


def end_by_deactivation(browser: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_by_deactivation_and_reactivation(browser: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    User.objects.filter(pk=user.pk).update(is_active=True)


def end_by_another_user_of_the_same_id(browser: Client, user: User) -> None:
    pk = user.pk
    user.delete()
    make_user(pk=pk)


@pytest.mark.parametrize(
    "end",
    [
        end_by_logout_with_a_token,
        end_by_logout_in_a_session,
        end_by_a_changed_password,
        end_by_deactivation,
        end_by_deactivation_and_reactivation,
        end_by_another_user_of_the_same_id,
    ],
)
def test_every_session_of_the_user_ends(browser: Client, user: User, end: Any) -> None:
    elsewhere, another = Client(), Client()
    log_in_by_form(browser, user)
    elsewhere.force_login(User.objects.get(pk=user.pk))
    another.force_login(make_user())
    end(browser, user)
    assert not is_logged_in(browser)
    assert not is_logged_in(elsewhere)
    assert is_logged_in(another)
