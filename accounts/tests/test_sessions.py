"""Browser sessions: how they begin, what they may do, and when they end."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.factories import PASSWORD, client_for, make_user
from todos.models import Todo

LOGIN = "rest_framework:login"
LOGOUT = "rest_framework:logout"

# Cookies that name no session; in a cookie `\ooo` stands for a character, by its octal code.
COOKIES = [
    r'sessionid="\000abcdefgh"',
    r'sessionid="abcdefgh\000"',
    r'sessionid="\377\376abcdefgh"',
    "sessionid=\u00e9abcdefgh",
    "sessionid=" + "a" * 5_000,
    "sessionid=../../../../etc/passwd",
    "sessionid=abcdefghijklmnopqrstuvwxyz012345",
    "sessionid=",
]


@pytest.fixture
def browser(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def send_form(browser: Client, name: str, **fields: str) -> Any:
    """Send one of the HTML forms as a browser does: with the CSRF token of its page."""
    browser.get(reverse(LOGIN))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    return browser.post(reverse(name), {"csrfmiddlewaretoken": token, **fields})


def log_in(browser: Client, user: User, password: str = PASSWORD) -> Any:
    return send_form(browser, LOGIN, username=user.email, password=password)


def call(browser: Client, name: str, body: dict[str, str], *, csrf: bool = True) -> Any:
    """Send a write to the API as a script in the browser does."""
    headers = {"X-CSRFToken": browser.cookies[settings.CSRF_COOKIE_NAME].value} if csrf else {}
    return browser.post(reverse(name), body, content_type="application/json", headers=headers)


def authorization(user: User) -> dict[str, str]:
    return {"Authorization": f"JWT {issue_tokens(user)['access']}"}


def is_in(client: Any) -> bool:
    return client.get(reverse("auth-me")).status_code == 200


def assert_csrf_failure(answer: Any) -> None:
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["attr"]) == (403, None)
    assert answer.json() == {"type": "client_error", "message": error["detail"], "errors": [error]}
    assert error["detail"].startswith("CSRF Failed: ")


def test_the_html_form_begins_a_session(browser: Client, user: User) -> None:
    assert not is_in(browser)
    assert log_in(browser, user).status_code == 302
    assert browser.get(reverse("auth-me")).json()["email"] == user.email


def test_each_spelling_of_the_email_begins_a_session(browser: Client, user: User) -> None:
    send_form(browser, LOGIN, username=f" {user.email.upper()} ", password=PASSWORD)
    assert is_in(browser)


def test_a_session_lasts_14_days_and_is_no_scripts(browser: Client, user: User) -> None:
    cookie = log_in(browser, user).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["max-age"] == 14 * 24 * 60 * 60
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_no_session_begins_without_the_csrf_token(browser: Client, user: User) -> None:
    answer = browser.post(reverse(LOGIN), {"username": user.email, "password": PASSWORD})
    assert_csrf_failure(answer)
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_no_session_begins_with_a_wrong_password(browser: Client, user: User) -> None:
    log_in(browser, user, "not the password")
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_no_session_begins_for_an_inactive_user(browser: Client) -> None:
    log_in(browser, make_user(is_active=False))
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_no_session_begins_from_json(browser: Client, user: User) -> None:
    browser.get(reverse(LOGIN))
    call(browser, LOGIN, {"username": user.email, "password": PASSWORD})
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_no_session_begins_from_a_query_string(browser: Client, user: User) -> None:
    query = {"username": user.email, "password": PASSWORD}
    browser.get(reverse(LOGIN, query=query))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    browser.post(reverse(LOGIN, query=query), {"csrfmiddlewaretoken": token})
    assert settings.SESSION_COOKIE_NAME not in browser.cookies


def test_a_write_in_a_session_needs_the_csrf_token(browser: Client, user: User) -> None:
    log_in(browser, user)
    assert_csrf_failure(call(browser, "todo-list", {"title": "Buy milk"}, csrf=False))
    assert not Todo.objects.exists()
    assert call(browser, "todo-list", {"title": "Buy milk"}).status_code == 201


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_write_in_a_session_needs_the_csrf_token(browser: Client, user: User, method: str) -> None:
    log_in(browser, user)
    for name in ("auth-me", "auth-logout", "auth-password", "todo-list"):
        assert_csrf_failure(getattr(browser, method)(reverse(name)))
    assert is_in(browser)


def test_a_write_with_a_token_needs_no_csrf_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True, headers=authorization(user))
    browser.force_login(make_user())
    assert browser.post(reverse("todo-list"), {"title": "Buy milk"}).status_code == 201
    assert Todo.objects.get().owner == user


def test_the_browsers_own_logout_ends_that_session_only(browser: Client, user: User, user_client: Client) -> None:
    elsewhere = Client(enforce_csrf_checks=True)
    log_in(browser, user)
    log_in(elsewhere, user)
    send_form(browser, LOGOUT)
    assert not is_in(browser)
    assert is_in(elsewhere)
    assert is_in(user_client)


def test_the_browsers_own_logout_needs_the_csrf_token(browser: Client, user: User) -> None:
    log_in(browser, user)
    assert_csrf_failure(browser.post(reverse(LOGOUT)))
    assert is_in(browser)


def test_a_session_that_was_logged_out_does_not_come_back(browser: Client, user: User) -> None:
    log_in(browser, user)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    send_form(browser, LOGOUT)
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_in(browser)


def end_by_logout_with_a_token(browser: Client, user: User) -> None:
    assert client_for(user).post(reverse("auth-logout")).status_code == 204


def end_by_logout_in_a_session(browser: Client, user: User) -> None:
    assert call(browser, "auth-logout", {}).status_code == 204


def end_by_a_changed_password(browser: Client, user: User) -> None:
    body = {"current_password": PASSWORD, "new_password": "another horse battery"}
    assert call(browser, "auth-password", body).status_code == 200


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
    log_in(browser, user)
    elsewhere.force_login(User.objects.get(pk=user.pk))
    another.force_login(make_user())
    end(browser, user)
    assert not is_in(browser)
    assert not is_in(elsewhere)
    assert is_in(another)


@pytest.mark.parametrize("cookie", COOKIES, ids=lambda text: text[:30])
@pytest.mark.parametrize(("name", "status"), [("auth-me", 401), ("root", 200), (LOGIN, 200), ("admin:login", 200)])
def test_a_cookie_that_names_no_session_is_as_none(browser: Client, cookie: str, name: str, status: int) -> None:
    assert browser.get(reverse(name), headers={"Cookie": cookie}).status_code == status


@pytest.mark.parametrize("cookie", COOKIES, ids=lambda text: text[:30])
def test_one_can_log_in_with_a_cookie_that_names_no_session(browser: Client, user: User, cookie: str) -> None:
    browser.get(reverse(LOGIN))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"username": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    header = f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}"
    assert browser.post(reverse(LOGIN), form, headers={"Cookie": header}).status_code == 302
    assert is_in(browser)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("name", ["root", "auth-me", "auth-signup", "auth-logout", "todo-list", LOGIN])
@pytest.mark.parametrize("session", ["", "nonsense", "another user's"])
def test_a_call_with_a_token_never_sets_a_cookie(user: User, accept: str, name: str, session: str) -> None:
    browser = Client(headers=authorization(user))
    if session == "nonsense":
        browser.cookies[settings.SESSION_COOKIE_NAME] = "abcdefghijklmnopqrstuvwxyz012345"
    elif session:
        browser.force_login(make_user())
    assert not browser.get(reverse(name), headers={"Accept": accept}).cookies


@pytest.mark.parametrize("header", ["JWT nonsense", "Basic eDp5", ""])
def test_any_authorization_header_keeps_cookies_away(user: User, header: str) -> None:
    form = {"username": user.email, "password": PASSWORD}
    for name in ("auth-me", LOGIN):
        answer = Client().post(reverse(name), form, headers={"Authorization": header, "Accept": "text/html"})
        assert not answer.cookies
