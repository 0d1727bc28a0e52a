"""The list of todos in the admin: search, filters, columns, and limits that keep it fast with many todos."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo, make_user
from testing.queries import capture_statements
from testing.todo_rows import NEW_YEAR, insert_todos
from todoproject import admin as limits
from todos import admin_lists
from todos.models import Todo
from todos.unit_of_work import unit_of_work

TODO_LIST = "admin:todos_todo_changelist"


@pytest.mark.in_process("counts statements")
def test_list_takes_as_many_statements_for_15_todos_as_for_3(admin_client: Client, user: User) -> None:
    counts = []
    for total in (3, 15):
        while Todo.objects.count() < total:
            make_todo(make_user())
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(reverse(TODO_LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def list_titles(admin_client: Client, **query: Any) -> list[str]:
    """Return the titles of the todos that a list page shows."""
    response = admin_client.get(reverse(TODO_LIST, query=query))
    assert response.status_code == 200
    return re.findall(r'class="field-short_title"><a [^>]*>([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize("text", ["wanted", "WANTED", "the description", "kate@example.com", "Kate@Example.com wanted"])
def test_search_finds_todos_by_words_and_by_owner(admin_client: Client, text: str) -> None:
    make_todo(make_user("kate@example.com"), "Wanted", description="The Description")
    make_todo(make_user(), "Other")
    assert list_titles(admin_client, q=text) == ["Wanted"]


def test_search_finds_a_todo_by_its_id(admin_client: Client, user: User) -> None:
    make_todo(user, "Other")
    wanted = make_todo(user, "Wanted")
    assert list_titles(admin_client, q=wanted.pk) == ["Wanted"]


@pytest.mark.parametrize("text", ["user", "nobody@example.com", "kate@example", "kate@example.com other", "9" * 30])
def test_search_finds_nothing(admin_client: Client, text: str) -> None:
    make_todo(make_user("kate@example.com"), "Wanted")
    assert list_titles(admin_client, q=text) == []


@pytest.mark.in_process("patches a limit")
def test_list_has_the_newest_todos_of_all_owners(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "NEWEST_ROWS", 2)
    owner = make_user("kate@example.com")
    for title in "abc":
        make_todo(owner, title)
    assert [list_titles(admin_client, q=q) for q in ("", "a", "b", owner.email)] == [
        ["c", "b"], [], ["b"], ["c", "b", "a"],
    ]  # fmt: skip


def test_list_of_an_owner_begins_with_the_last_change(admin_client: Client, user: User) -> None:
    first, _ = make_todo(user, "a"), make_todo(user, "b")
    with unit_of_work(user) as work:
        work.update(first, status="completed")
    assert list_titles(admin_client, q=user.email) == ["a", "b"]
    assert list_titles(admin_client, q=user.email, o="-1") == ["b", "a"]


@pytest.mark.parametrize(("deleted", "titles"), [("no", ["Live"]), ("yes", ["Dead"]), ("x", ["Dead", "Live"])])
def test_list_filters_deleted_todos(admin_client: Client, user: User, deleted: str, titles: list[str]) -> None:
    insert_todos(user, {"title": "Live"}, {"title": "Dead", "deleted_at": NEW_YEAR})
    assert list_titles(admin_client, deleted=deleted) == titles


def test_list_cuts_a_long_title(admin_client: Client, user: User) -> None:
    todo = make_todo(user, "x" * 128)
    assert list_titles(admin_client) == ["x" * 59 + "…"]
    assert todo.title in admin_client.get(reverse("admin:todos_todo_change", args=[todo.pk])).content.decode()


@pytest.mark.in_process("patches a limit")
def test_list_counts_and_shows_a_limited_number_of_todos(
    admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_COUNT", 60)
    insert_todos(user, *[{}] * 65)
    assert [len(list_titles(admin_client, q=user.email, p=page)) for page in (1, 2)] == [50, 10]
    page = admin_client.get(reverse(TODO_LIST, query={"q": user.email}))
    assert "60+ todos" in page.content.decode()
    assert admin_client.get(reverse(TODO_LIST, query={"q": user.email, "p": 3})).status_code == 302


@pytest.mark.in_process("captures statements")
@pytest.mark.parametrize("query", [{}, {"status__exact": "open"}, {"q": "milk"}, {"q": "kate@example.com", "o": "1"}])
def test_list_stops_counting_at_a_limit(admin_client: Client, query: dict[str, str]) -> None:
    make_todo(make_user("kate@example.com"))
    statements = capture_statements(lambda: admin_client.get(reverse(TODO_LIST), query))
    [count] = [statement for statement in statements if "COUNT(" in statement]
    assert "LIMIT 10001" in count


@pytest.mark.parametrize(
    "query", [{"q": "a " * 1000}, {"updated_at__year": "99999999999"}, {"updated_at__gte": "0001-01-01 00:00:00+23:59"}]
)
def test_invalid_query_of_the_admin_list_is_refused(admin_client: Client, query: dict[str, str]) -> None:
    response = admin_client.get(reverse(TODO_LIST, query=query))
    assert response.status_code == 302 or assert_error(response, 400)
