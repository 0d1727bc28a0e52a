"""Cursors: which are accepted, and where a page starts while todos change."""

from urllib.parse import quote

import pytest
from django.core.signing import Signer
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import client_for, make_user
from testing.todo_rows import extract_cursor, insert_todos, walk_pages
from testing.todos import ORDERINGS, fetch_ids, get_attr_and_code, link_urls, list_url, todo_ids, todo_url
from todos.models import Todo


@pytest.mark.any_database
def test_cursor_without_a_limit_is_refused(user_client: APIClient, ten_todos: list[Todo]) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2)))
    assert get_attr_and_code(user_client.get(list_url(cursor=cursor))) == ("cursor", "invalid")


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_cursor_works_with_any_limit(user_client: APIClient, ten_todos: list[Todo], limit: int) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2)))
    expected = [todo.pk for todo in ten_todos[2 : 2 + limit]]
    assert fetch_ids(user_client, limit=limit, cursor=cursor) == expected


@pytest.mark.any_database
def test_cursor_works_with_parameters_in_any_order(user_client: APIClient, ten_todos: list[Todo]) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2, status="open", ordering="title")))
    response = user_client.get(list_url(ordering="title", cursor=cursor, status="open", limit=2))
    assert todo_ids(response) == [todo.pk for todo in ten_todos[2:4]]


@pytest.mark.any_database
def test_cursor_from_before_an_upgrade_is_accepted(user_client: APIClient, user: User, ten_todos: list[Todo]) -> None:
    fields = {"position": 2, "key": ten_todos[1].pk, "backward": False, "revision": 10, "purged": 0}
    cursor = Signer(salt=f"todos.cursor {user.pk} []").sign_object(fields)
    assert fetch_ids(user_client, limit=2, cursor=cursor) == [todo.pk for todo in ten_todos[2:4]]


@pytest.mark.any_database
@pytest.mark.parametrize("place", [0, 5, 20, -20, -1])
def test_edited_cursor_is_refused(user_client: APIClient, ten_todos: list[Todo], place: int) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2)))
    letters = list(cursor)
    letters[place] = "A" if letters[place] != "A" else "B"
    assert get_attr_and_code(user_client.get(list_url(limit=2, cursor="".join(letters)))) == ("cursor", "invalid")


@pytest.mark.any_database
def test_truncated_or_extended_cursor_is_refused(user_client: APIClient, ten_todos: list[Todo]) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2)))
    truncated = [cursor[:end] for end in range(1, len(cursor))]
    for edited in [*truncated, cursor[1:], f"{cursor}A", f"{cursor} ", cursor * 2]:
        assert get_attr_and_code(user_client.get(list_url(limit=2, cursor=edited))) == ("cursor", "invalid")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "cursor", ["x", "1", ":", "::", "e30:x", ".e30:x", "cD0xMjM=", "ä:ö", "😀", "\0", "null", "[]", "x" * 20_000, " "]
)
def test_malformed_cursor_is_refused(user_client: APIClient, ten_todos: list[Todo], cursor: str) -> None:
    assert get_attr_and_code(user_client.get(list_url(limit=2, cursor=cursor))) == ("cursor", "invalid")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"ordering": "title"},
        {"ordering": "-due_at"},
        {"ordering": "due_at", "status": "open"},
        {"ordering": "due_at", "search": "t"},
        {"ordering": "due_at", "due_after": "2026-01-01T00:00:00Z"},
    ],
)
def test_cursor_of_another_query_is_refused(
    user_client: APIClient, ten_todos: list[Todo], query: dict[str, str]
) -> None:
    cursor = extract_cursor(user_client.get(list_url(limit=2, ordering="due_at")))
    assert get_attr_and_code(user_client.get(list_url(limit=2, cursor=cursor, **query))) == ("cursor", "invalid")


@pytest.mark.any_database
def test_cursor_of_another_user_is_refused(user_client: APIClient, ten_todos: list[Todo]) -> None:
    other = make_user()
    insert_todos(other, *[{}] * 3)
    cursor = extract_cursor(client_for(other).get(list_url(limit=2)))
    assert get_attr_and_code(user_client.get(list_url(limit=2, cursor=cursor))) == ("cursor", "invalid")


@pytest.mark.any_database
def test_cursor_without_a_limit_is_refused_for_html(user_client: APIClient, ten_todos: list[Todo]) -> None:
    cursor = quote(extract_cursor(user_client.get(list_url(limit=2))))
    response = user_client.get(f"{list_url()}?limit=&status=&cursor={cursor}", HTTP_ACCEPT="text/html")
    assert response.status_code == 400


# Writes between two pages


@pytest.fixture
def stable_and_changing_ids(varied_todos: None, user: User) -> tuple[list[int], list[int]]:
    """The ids of todos that do not change, and of todos that change."""
    live = list(Todo.objects.owned_by(user).live().values_list("pk", flat=True))
    return live[::2], live[1::2]


def move_todo(client: APIClient, todo_id: int) -> None:
    """Delete a todo, or change its place in the list and add another one."""
    url = todo_url(todo_id)
    early = {"title": "a", "due_at": "2025-01-01T00:00:00Z", "status": "completed"}
    late = {"title": "z", "due_at": None, "status": "open"}
    match todo_id % 3:
        case 0:
            client.delete(url)
        case 1:
            client.patch(url, early)
            client.post(list_url(), late)
        case 2:
            client.patch(url, late)
            client.post(list_url(), early)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_have_every_unchanged_row_once_during_other_writes(
    user_client: APIClient, stable_and_changing_ids: tuple[list[int], list[int]], ordering: str, backwards: bool
) -> None:
    stable, changing = stable_and_changing_ids
    expected = [number for number in todo_ids(user_client.get(list_url(ordering=ordering))) if number in stable]
    start, rel = list_url(ordering=ordering, limit=3), "next"
    if backwards:
        *_, last = walk_pages(user_client, start)
        expected = [number for number in expected if number not in todo_ids(last)][::-1]
        start, rel = link_urls(last)["prev"], "prev"
    visited: list[int] = []
    for response in walk_pages(user_client, start, rel):
        visited += todo_ids(response)[::-1] if backwards else todo_ids(response)
        for todo_id in [changing.pop() for _ in changing[:2]]:
            move_todo(user_client, todo_id)
    assert [number for number in visited if number in stable] == expected


@pytest.mark.parametrize("ordering", ["id", "title", "due_at", "-due_at", "updated_at"])
def test_next_page_starts_at_the_place_of_a_deleted_last_row(
    user_client: APIClient, ten_todos: list[Todo], ordering: str
) -> None:
    first = user_client.get(list_url(limit=3, ordering=ordering))
    expected = todo_ids(user_client.get(link_urls(first)["next"]))
    user_client.delete(todo_url(todo_ids(first)[-1]))
    assert todo_ids(user_client.get(link_urls(first)["next"])) == expected


def test_next_page_starts_at_the_former_place_of_a_changed_last_row(
    user_client: APIClient, ten_todos: list[Todo]
) -> None:
    first = user_client.get(list_url(limit=3, ordering="title"))
    user_client.patch(todo_url(todo_ids(first)[-1]), {"title": "Zebra"})
    assert todo_ids(user_client.get(link_urls(first)["next"])) == [todo.pk for todo in ten_todos[3:6]]


def test_emptied_first_page_links_to_the_next_page(user_client: APIClient, ten_todos: list[Todo]) -> None:
    second = user_client.get(link_urls(user_client.get(list_url(limit=5)))["next"])
    for todo in ten_todos[:5]:
        user_client.delete(todo_url(todo))
    emptied = user_client.get(link_urls(second)["prev"])
    assert (todo_ids(emptied), list(link_urls(emptied))) == ([], ["next"])
    assert todo_ids(user_client.get(link_urls(emptied)["next"])) == todo_ids(second)


def test_emptied_last_page_links_to_the_previous_page(user_client: APIClient, ten_todos: list[Todo]) -> None:
    first = user_client.get(list_url(limit=5))
    for todo in ten_todos[5:]:
        user_client.delete(todo_url(todo))
    emptied = user_client.get(link_urls(first)["next"])
    assert (todo_ids(emptied), list(link_urls(emptied))) == ([], ["prev"])
    assert todo_ids(user_client.get(link_urls(emptied)["prev"])) == todo_ids(first)
