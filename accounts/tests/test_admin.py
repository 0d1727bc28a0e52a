"""Users in the admin."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.accounts import NEW_PASSWORD, is_logged_in, log_in
from testing.admin import log_in_staff
from testing.factories import PASSWORD, client_for, make_todo, make_user
from todoproject import admin as limits
from todos.models import Todo

pytestmark = pytest.mark.any_database

USER_LIST = "admin:accounts_user_changelist"
ADD_USER = "admin:accounts_user_add"


def list_invalid_fields(response: Any) -> list[str]:
    """Return the fields of a form that have errors."""
    return re.findall(r'class="errorlist" id="id_(\w+)_error"', response.content.decode())


def add_user(admin: Client, email: str, **fields: str) -> Any:
    form = {"email": email, "usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return admin.post(reverse(ADD_USER), form | fields)


def test_admin_is_for_staff_only(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    assert browser.get(reverse(USER_LIST)).status_code == 302


@pytest.mark.parametrize(
    "page", ["admin:accounts_user_change", "admin:accounts_user_delete", "admin:auth_user_password_change"]
)
def test_pages_of_a_user_open(admin: Client, user: User, page: str) -> None:
    response = admin.get(reverse(page, args=[user.pk]))
    assert response.status_code == 200
    assert user.email in response.content.decode()


def test_user_made_by_the_add_form_can_log_in(admin: Client) -> None:
    assert admin.get(reverse(ADD_USER)).status_code == 200
    assert add_user(admin, " Kate@Bücher.Example ").status_code == 302
    assert User.objects.filter(email="kate@xn--bcher-kva.example").exists()
    assert log_in("kate@bücher.example", NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize("email", ["kate@example.com", "KATE@Example.com"])
def test_add_form_refuses_a_taken_email(admin: Client, email: str) -> None:
    make_user("kate@example.com")
    response = add_user(admin, email)
    assert response.status_code == 200
    assert list_invalid_fields(response) == ["email"]
    assert "User with this Email already exists." in response.content.decode()


@pytest.mark.parametrize(
    "email", ["kate", "k\u0131te@example.com", '"kate"@example.com', "x" * 65 + "@example.com", ""]
)
def test_add_form_refuses_an_invalid_email(admin: Client, email: str) -> None:
    response = add_user(admin, email)
    assert (response.status_code, list_invalid_fields(response)) == (200, ["email"])


def test_add_form_refuses_a_password_that_breaks_a_rule(admin: Client) -> None:
    response = add_user(admin, "kate@example.com", password1="x" * 129, password2="x" * 129)
    assert (response.status_code, list_invalid_fields(response)) == (200, ["password2"])


def test_change_form_normalizes_the_email(admin: Client, user: User) -> None:
    url = reverse("admin:accounts_user_change", args=[user.pk])
    assert admin.post(url, {"email": "Kate@Example.COM", "is_active": "on"}).status_code == 302
    assert log_in("kate@example.com", PASSWORD).status_code == 200


def test_password_form_sets_a_password_and_revokes_older_tokens(admin: Client, user: User) -> None:
    before = client_for(user)
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    form = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert admin.post(url, form).status_code == 302
    assert not is_logged_in(before)
    assert [log_in(user.email, each).status_code for each in (PASSWORD, NEW_PASSWORD)] == [400, 200]


def delete_in_bulk(admin: Client, user: User) -> Any:
    form = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    return admin.post(reverse(USER_LIST), form)


def delete_one(admin: Client, user: User) -> Any:
    return admin.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})


@pytest.mark.parametrize("delete", [delete_in_bulk, delete_one])
def test_deleting_a_user_deletes_their_todos_and_nobody_elses(
    admin: Client, user: User, delete: Callable[[Client, User], Any]
) -> None:
    kept = make_todo(make_user())
    make_todo(user)
    assert delete(admin, user).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert list(Todo.objects.all()) == [kept]


@pytest.mark.in_process("patches a limit")
@pytest.mark.parametrize("bulk", [False, True])
def test_page_that_confirms_a_deletion_counts_todos_without_listing_them(
    admin: Client, user: User, bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_COUNT", 2)
    for _ in range(3):
        make_todo(user, "Milk")
    url = reverse(USER_LIST) if bulk else reverse("admin:accounts_user_delete", args=[user.pk])
    form = {"action": "delete_selected", "_selected_action": [user.pk]}
    page = (admin.post(url, form) if bulk else admin.get(url)).content.decode()
    assert (user.email in page, "Todos: 2+" in page, "Milk" in page) == (True, True, False)


@pytest.mark.parametrize("allowed", [{"delete_user"}, {"delete_user", "delete_todo"}])
def test_deleting_a_user_with_todos_needs_the_permission_to_delete_todos(user: User, allowed: set[str]) -> None:
    make_todo(user)
    staff = log_in_staff(*allowed)
    response = delete_one(staff, user)
    assert response.status_code == (302 if "delete_todo" in allowed else 403)
    assert User.objects.filter(pk=user.pk).exists() is ("delete_todo" not in allowed)


@pytest.fixture
def superuser(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """An administrator made by createsuperuser, from an e-mail address and a password only."""
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", " Admin@Example.COM ")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, verbosity=0)
    return User.objects.get()


def test_createsuperuser_makes_an_administrator(superuser: User) -> None:
    assert superuser.email == "admin@example.com"
    browser = Client()
    assert browser.login(username=superuser.email, password=PASSWORD)
    assert browser.get(reverse(USER_LIST)).status_code == 200


def test_createsuperuser_asks_for_email_and_password_only() -> None:
    assert (User.USERNAME_FIELD, User.REQUIRED_FIELDS) == ("email", [])
