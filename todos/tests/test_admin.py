"""Todos in the admin: every change raises the owner's revision."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo, make_user
from todos.models import Todo

LIST = "admin:todos_todo_changelist"
ADD = "admin:todos_todo_add"
CHANGE = "admin:todos_todo_change"
DELETE = "admin:todos_todo_delete"


def form(**values: object) -> dict[str, object]:
    return {"title": "Buy milk", "description": "", "status": "open", "due_at_0": "", "due_at_1": "", **values}


def test_a_todo_can_be_added(admin_client: Client, user: User) -> None:
    answer = admin_client.post(reverse(ADD), form(owner=user.pk, description=" two\r\nlines ", status="completed"))
    assert answer.status_code == 302, answer.content
    todo = user.todos.get()
    assert (todo.description, todo.revision, todo.completed_at is None) == (" two\nlines ", 1, False)


def test_a_change_raises_the_revision_and_only_a_change(admin_client: Client, user: User) -> None:
    todo = make_todo(user)
    for title, revision in (("Buy milk", 1), ("Buy bread", 2)):
        assert admin_client.post(reverse(CHANGE, args=[todo.pk]), form(title=title)).status_code == 302
        todo.refresh_from_db()
        assert (todo.title, todo.revision) == (title, revision)


@pytest.mark.parametrize("bulk", [False, True])
def test_deleting_leaves_a_tombstone(admin_client: Client, user: User, bulk: bool) -> None:
    todo = make_todo(user)
    url = reverse(LIST) if bulk else reverse(DELETE, args=[todo.pk])
    admin_client.post(url, {"post": "yes", "action": "delete_selected", "_selected_action": [todo.pk]})
    todo.refresh_from_db()
    assert todo.deleted_at is not None
    assert todo.revision == 2


@pytest.mark.parametrize(
    "values", [{"title": "a\x01b"}, {"description": "a\x1fb"}, {"title": " "}, {"title": "x" * 129}]
)
def test_the_rules_hold_here_as_well(admin_client: Client, user: User, values: dict[str, str]) -> None:
    answer = admin_client.post(reverse(ADD), form(owner=user.pk, **values))
    assert answer.status_code == 200
    assert not Todo.objects.exists()


@pytest.mark.in_process("counts statements")
def test_the_list_takes_no_more_statements_for_more_todos(admin_client: Client, user: User) -> None:
    counts = []
    for total in (3, 15):
        while Todo.objects.count() < total:
            make_todo(make_user())
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(reverse(LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("by", ["title", "email"])
def test_todos_are_found_by_title_and_by_owner(admin_client: Client, user: User, by: str) -> None:
    make_todo(user, "Wanted")
    make_todo(make_user(), "Other")
    page = admin_client.get(reverse(LIST), {"q": "wanted" if by == "title" else user.email}).content.decode()
    assert ("Wanted" in page, "Other" in page) == (True, False)


@pytest.mark.parametrize("owner", ["99999999999999999999", "x", "\x00"])
def test_an_owner_that_is_none_is_no_fault_of_ours(admin_client: Client, owner: str) -> None:
    assert admin_client.post(reverse(ADD), form(owner=owner)).status_code in (200, 400)


@pytest.mark.parametrize(
    "query", [{"q": "a " * 1000}, {"updated_at__year": "99999999999"}, {"updated_at__gte": "0001-01-01 00:00:00+23:59"}]
)
def test_a_query_that_makes_no_sense_is_refused(admin_client: Client, query: dict[str, str]) -> None:
    answer = admin_client.get(reverse(LIST), query)
    assert answer.status_code == 302 or assert_error(answer, 400)
