"""Todos in the admin: they keep the rules of the API, and every change raises the owner's revision."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo
from testing.todos import admin_form
from todos.models import Todo

LIST_URL_NAME = "admin:todos_todo_changelist"
ADD_URL_NAME = "admin:todos_todo_add"
CHANGE_URL_NAME = "admin:todos_todo_change"
DELETE_URL_NAME = "admin:todos_todo_delete"


def test_admin_can_add_a_todo(admin_client: Client, user: User) -> None:
    response = admin_client.post(
        reverse(ADD_URL_NAME), admin_form(owner=user.pk, description=" two\r\nlines ", status="completed")
    )
    assert response.status_code == 302, response.content
    todo = user.todos.get()
    assert (todo.description, todo.revision, todo.completed_at is None) == (" two\nlines ", 1, False)


def test_admin_change_raises_the_revision_only_if_a_value_changes(admin_client: Client, user: User) -> None:
    todo = make_todo(user)
    for title, revision in (("Buy milk", 1), ("Buy bread", 2)):
        assert admin_client.post(reverse(CHANGE_URL_NAME, args=[todo.pk]), admin_form(title=title)).status_code == 302
        todo.refresh_from_db()
        assert (todo.title, todo.revision) == (title, revision)


@pytest.mark.parametrize("bulk", [False, True])
def test_admin_delete_leaves_a_tombstone(admin_client: Client, user: User, bulk: bool) -> None:
    todo = make_todo(user)
    url = reverse(LIST_URL_NAME) if bulk else reverse(DELETE_URL_NAME, args=[todo.pk])
    admin_client.post(url, {"post": "yes", "action": "delete_selected", "_selected_action": [todo.pk]})
    todo.refresh_from_db()
    assert todo.deleted_at is not None
    assert todo.revision == 2


@pytest.mark.any_database
@pytest.mark.parametrize(
    "values", [{"title": "a\x01b"}, {"description": "a\x1fb"}, {"title": " "}, {"title": "x" * 129}]
)
def test_admin_refuses_invalid_values(admin_client: Client, user: User, values: dict[str, str]) -> None:
    response = admin_client.post(reverse(ADD_URL_NAME), admin_form(owner=user.pk, **values))
    assert response.status_code == 200
    assert not Todo.objects.exists()


def test_admin_action_on_all_pages_is_refused(admin_client: Client, user: User) -> None:
    todo = make_todo(user)
    form = {"post": "yes", "action": "delete_selected", "_selected_action": [todo.pk], "select_across": "1"}
    assert_error(admin_client.post(reverse(LIST_URL_NAME), form), 400)
    assert Todo.objects.live().exists()


@pytest.mark.parametrize("owner", ["99999999999999999999", "x", "\x00"])
def test_invalid_owner_is_not_a_server_error(admin_client: Client, owner: str) -> None:
    assert admin_client.post(reverse(ADD_URL_NAME), admin_form(owner=owner)).status_code in (200, 400)
