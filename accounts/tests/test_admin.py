"""Users in the admin, and the command that makes the first of them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import PASSWORD, client_for, make_todo, make_user
from todos.models import Todo

USERS = "admin:accounts_user_changelist"
ADD = "admin:accounts_user_add"
NEW_PASSWORD = "another horse battery"


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(make_user("admin@example.com", is_staff=True, is_superuser=True))
    return client


def emails(answer: Any) -> set[str]:
    """The users that a list page shows."""
    return set(re.findall(r'class="field-email"><a [^>]*>([^<]+)</a>', answer.content.decode()))


def errors(answer: Any) -> list[str]:
    """The fields that a form shows errors at."""
    return re.findall(r'class="errorlist" id="id_(\w+)_error"', answer.content.decode())


def log_in(email: str, password: str) -> int:
    return APIClient().post(reverse("auth-login"), {"email": email, "password": password}).status_code


def add(admin: Client, email: str, **fields: str) -> Any:
    form = {"email": email, "usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return admin.post(reverse(ADD), form | fields)


def test_the_admin_is_for_staff_only(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    assert browser.get(reverse(USERS)).status_code == 302


@pytest.mark.in_process("counts statements")
def test_the_list_takes_as_many_statements_for_15_users_as_for_3(admin: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(emails(admin.get(reverse(USERS)))) == User.objects.count()
        return len(queries)

    make_user()
    make_user()
    few = statements()
    for _ in range(12):
        make_user(is_staff=True)
    assert statements() == few


@pytest.mark.parametrize("text", ["kate@home", "KATE@HOME.example", "kate"])
def test_users_are_searched_by_email(admin: Client, text: str) -> None:
    make_user("kate@home.example")
    make_user()
    assert emails(admin.get(reverse(USERS, query={"q": text}))) == {"kate@home.example"}


@pytest.mark.parametrize("query", [{}, {"is_active__exact": "1"}, {"o": "1"}, {"q": "\0"}, {"q": "nobody at all"}])
def test_a_list_page_opens(admin: Client, query: dict[str, str]) -> None:
    assert admin.get(reverse(USERS, query=query)).status_code == 200


@pytest.mark.parametrize(
    "page", ["admin:accounts_user_change", "admin:accounts_user_delete", "admin:auth_user_password_change"]
)
def test_a_users_pages_open(admin: Client, user: User, page: str) -> None:
    answer = admin.get(reverse(page, args=[user.pk]))
    assert answer.status_code == 200
    assert user.email in answer.content.decode()


def test_the_add_form_makes_a_user_who_can_log_in(admin: Client) -> None:
    assert admin.get(reverse(ADD)).status_code == 200
    assert add(admin, " Kate@Bücher.Example ").status_code == 302
    assert User.objects.filter(email="kate@xn--bcher-kva.example").exists()
    assert log_in("kate@bücher.example", NEW_PASSWORD) == 200


@pytest.mark.parametrize("email", ["kate@example.com", "KATE@Example.com"])
def test_the_add_form_refuses_a_taken_email(admin: Client, email: str) -> None:
    make_user("kate@example.com")
    answer = add(admin, email)
    assert answer.status_code == 200
    assert errors(answer) == ["email"]
    assert "User with this Email already exists." in answer.content.decode()


@pytest.mark.parametrize(
    "email", ["kate", "k\u0131te@example.com", '"kate"@example.com', "x" * 65 + "@example.com", ""]
)
def test_the_add_form_refuses_what_is_no_address(admin: Client, email: str) -> None:
    answer = add(admin, email)
    assert (answer.status_code, errors(answer)) == (200, ["email"])


def test_the_add_form_refuses_a_password_against_the_rules(admin: Client) -> None:
    answer = add(admin, "kate@example.com", password1="x" * 129, password2="x" * 129)
    assert (answer.status_code, errors(answer)) == (200, ["password2"])


def test_the_change_form_changes_an_email_to_its_normal_form(admin: Client, user: User) -> None:
    url = reverse("admin:accounts_user_change", args=[user.pk])
    assert admin.post(url, {"email": "Kate@Example.COM", "is_active": "on"}).status_code == 302
    assert log_in("kate@example.com", PASSWORD) == 200


def test_the_password_form_sets_a_password_and_kills_older_tokens(admin: Client, user: User) -> None:
    before = client_for(user)
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    form = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert admin.post(url, form).status_code == 302
    assert before.get(reverse("auth-me")).status_code == 401
    assert (log_in(user.email, PASSWORD), log_in(user.email, NEW_PASSWORD)) == (400, 200)


def delete_in_bulk(admin: Client, user: User) -> Any:
    form = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    return admin.post(reverse(USERS), form)


def delete_one(admin: Client, user: User) -> Any:
    return admin.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})


@pytest.mark.parametrize("delete", [delete_in_bulk, delete_one])
def test_a_deleted_user_takes_all_that_is_theirs(
    admin: Client, user: User, delete: Callable[[Client, User], Any]
) -> None:
    kept = make_todo(make_user())
    make_todo(user)
    assert delete(admin, user).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert list(Todo.objects.all()) == [kept]


@pytest.fixture
def superuser(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    """Made by the command, which is told an e-mail address and a password and nothing else."""
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", " Admin@Example.COM ")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, verbosity=0)
    return User.objects.get()


def test_createsuperuser_makes_an_administrator(superuser: User) -> None:
    assert superuser.email == "admin@example.com"
    browser = Client()
    assert browser.login(username=superuser.email, password=PASSWORD)
    assert browser.get(reverse(USERS)).status_code == 200


def test_a_superuser_is_asked_for_email_and_password_only() -> None:
    assert (User.USERNAME_FIELD, User.REQUIRED_FIELDS) == ("email", [])
