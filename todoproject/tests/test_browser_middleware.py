"""Requests with a token skip the middleware for browsers, but only calls of the API."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_access_token
from testing.factories import make_user
from testing.queries import capture_statements

HTML = {"Accept": "text/html"}


def token_header(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_access_token(user)['access']}"}


@pytest.mark.parametrize("path", ["/todos/", "/todos/?limit=1", "/auth/me/"])
def test_page_of_the_api_works_with_a_token(user: User, client: Client, path: str) -> None:
    response = client.get(path, headers=token_header(user) | HTML)
    assert (response.status_code, bool(response.cookies)) == (200, False)
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/session/login/", "/session/reset/", "/"])
def test_other_pages_work_despite_a_token(user: User, client: Client, path: str) -> None:
    response = client.get(path, headers=token_header(user) | HTML)
    assert response.status_code in (200, 302)
    assert not response.cookies


@pytest.mark.in_process("counts statements")
def test_token_decides_who_the_user_is_and_the_session_is_not_read(user: User) -> None:
    browser = APIClient()
    browser.force_login(make_user())
    header = token_header(user)
    statements = capture_statements(lambda: browser.get("/todos/", headers=header))
    assert not any("django_session" in statement for statement in statements)
    assert browser.get("/auth/me/", headers=header).json()["email"] == user.email


def test_logging_in_with_a_token_header_starts_no_session(user: User, client: Client) -> None:
    header = token_header(user)
    response = client.post("/session/login/", {"username": user.email, "password": "wrong"}, headers=header)
    assert (response.status_code, bool(response.cookies)) == (200, False)
