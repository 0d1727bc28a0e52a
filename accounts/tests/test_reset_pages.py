"""The pages that request a reset mail and set a new password."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts import password_resets
from accounts.models import User
from testing.accounts import NEW_PASSWORD, log_in, request_reset
from testing.concurrency import run_concurrently
from testing.factories import PASSWORD, make_user
from testing.outbox import find_reset_link, make_reset_link, read_outbox

# Mails are sent by another thread, which only sees committed rows.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.in_process("mails go to a list of this process")]


@pytest.fixture
def user() -> User:
    return make_user("ada@example.com")


def request_reset_on_the_page(email: str) -> Any:
    return Client().post(reverse("admin_password_reset"), {"email": email}, follow=True)


def test_refused_new_password_does_not_count_as_an_attempt(set_throttles: Any) -> None:
    set_throttles(reset=1)
    page = reverse("new-password", args=make_reset_link(make_user("ada@example.com")))
    for first, second in (("short", "short"), (NEW_PASSWORD, "other"), (NEW_PASSWORD, NEW_PASSWORD)):
        response = Client().post(page, {"new_password1": first, "new_password2": second}, follow=True)
        assert response.status_code == 200
    assert "Your new password is set." in response.content.decode()


def test_request_page_shows_the_same_message_with_and_without_an_account(user: User) -> None:
    pages = [request_reset_on_the_page(email) for email in ("Ada@example.com", "nobody@example.com")]
    assert {page.status_code for page in pages} == {200}
    assert all(password_resets.RESET_REQUESTED_MESSAGE in page.content.decode() for page in pages)
    assert [message.to for message in read_outbox()] == [["ada@example.com"]]


@pytest.mark.parametrize("email", ["ada", "", '"ada"@example.com', "ada@example.com\0"])
def test_request_page_refuses_an_invalid_email(email: str) -> None:
    page = request_reset_on_the_page(email)
    assert 'role="alert"' in page.content.decode()
    assert read_outbox() == []


def test_page_of_the_link_sets_a_password_once(user: User) -> None:
    request_reset(user.email)
    link, _, _ = find_reset_link(read_outbox()[0])
    page, browser = urlsplit(link).path, Client()
    assert 'name="new_password1"' in browser.get(page).content.decode()
    response = browser.post(page, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}, follow=True)
    assert "Your new password is set." in response.content.decode()
    assert (log_in(user.email, NEW_PASSWORD).status_code, browser.get(page).status_code) == (200, 400)


@pytest.mark.parametrize(
    ("first", "second"), [("short", "short"), (NEW_PASSWORD, "other"), ("", ""), ("ada@example.com", "ada@example.com")]
)
def test_page_of_the_link_shows_what_is_wrong_with_the_password(user: User, first: str, second: str) -> None:
    page = reverse("new-password", args=make_reset_link(user))
    response = Client().post(page, {"new_password1": first, "new_password2": second})
    assert (response.status_code, 'role="alert"' in response.content.decode()) == (200, True)
    assert log_in(user.email, PASSWORD).status_code == 200


def test_one_of_simultaneous_posts_to_the_page_succeeds(user: User) -> None:
    page = reverse("new-password", args=make_reset_link(user))
    form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    responses = run_concurrently([partial(Client().post, page, form)] * 8)
    assert sorted(response.status_code for response in responses) == [302] + [400] * 7


def test_reset_pages_require_the_csrf_token_begin_no_session_and_are_not_cached(user: User) -> None:
    for page in (reverse("admin_password_reset"), reverse("new-password", args=make_reset_link(user))):
        browser = Client(enforce_csrf_checks=True)
        response = browser.get(page)
        assert response["Cache-Control"] == "no-store"
        assert set(response.cookies) == {"csrftoken"}
        assert browser.post(page, {"email": user.email}).status_code == 403


@pytest.mark.parametrize("page", ["admin:login", "login"])
def test_login_pages_link_to_the_request_page(page: str) -> None:
    assert f'href="{reverse("admin_password_reset")}"' in Client().get(reverse(page)).content.decode()
