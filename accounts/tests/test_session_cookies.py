"""Session cookies: malformed ones, and requests that must not set any."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.accounts import authorization_header, is_logged_in
from testing.factories import PASSWORD, make_user

LOGIN = "login"

# Cookies that name no session. In a cookie `\ooo` is the octal code of a character.
INVALID_COOKIES = [
    r'sessionid="\000abcdefgh"',
    r'sessionid="abcdefgh\000"',
    r'sessionid="\377\376abcdefgh"',
    "sessionid=\u00e9abcdefgh",
    "sessionid=" + "a" * 5_000,
    "sessionid=../../../../etc/passwd",
    "sessionid=abcdefghijklmnopqrstuvwxyz012345",
    "sessionid=",
]


@pytest.mark.parametrize("cookie", INVALID_COOKIES, ids=lambda text: text[:30])
@pytest.mark.parametrize(("name", "status"), [("auth-me", 401), ("root", 200), (LOGIN, 200), ("admin:login", 200)])
def test_invalid_session_cookie_is_ignored(browser: Client, cookie: str, name: str, status: int) -> None:
    assert browser.get(reverse(name), headers={"Cookie": cookie}).status_code == status


@pytest.mark.parametrize("cookie", INVALID_COOKIES, ids=lambda text: text[:30])
def test_user_can_log_in_with_an_invalid_session_cookie(browser: Client, user: User, cookie: str) -> None:
    browser.get(reverse(LOGIN))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"username": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    header = f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}"
    assert browser.post(reverse(LOGIN), form, headers={"Cookie": header}).status_code == 302
    assert is_logged_in(browser)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("name", ["root", "auth-me", "auth-signup", "auth-logout", "todo-list", LOGIN])
@pytest.mark.parametrize("session", ["", "nonsense", "another user's"])
def test_request_with_a_token_sets_no_cookie(user: User, accept: str, name: str, session: str) -> None:
    browser = Client(headers=authorization_header(user))
    if session == "nonsense":
        browser.cookies[settings.SESSION_COOKIE_NAME] = "abcdefghijklmnopqrstuvwxyz012345"
    elif session:
        browser.force_login(make_user())
    assert not browser.get(reverse(name), headers={"Accept": accept}).cookies


@pytest.mark.parametrize("header", ["JWT nonsense", "Basic eDp5", ""])
def test_request_with_any_authorization_header_sets_no_cookie(user: User, header: str) -> None:
    form = {"username": user.email, "password": PASSWORD}
    for name in ("auth-me", LOGIN):
        response = Client().post(reverse(name), form, headers={"Authorization": header, "Accept": "text/html"})
        assert not response.cookies
