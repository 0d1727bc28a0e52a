"""The list of todos: its owner, the status filter, and its order."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo, make_user
from testing.todo_rows import update_columns
from testing.todos import (
    ORDERING_FIELDS,
    ORDERINGS,
    Row,
    fetch_ids,
    fetch_list,
    fetch_list_error,
    fetch_titles,
    list_url,
    todo_url,
)
from todos.models import Todo

MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)


# Owner and default order


@pytest.mark.any_database
def test_empty_list_is_an_empty_array(user_client: APIClient) -> None:
    assert fetch_list(user_client) == []


def test_oldest_todo_comes_first_by_default(user_client: APIClient, user: User) -> None:
    for title in ("c", "a", "b"):
        make_todo(user, title)
    assert fetch_titles(user_client) == ["c", "a", "b"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"limit": "9"},
        {"status": "open"},
        {"search": "milk"},
        {"created_after": "0001-01-01T00:00:00Z"},
        *({"ordering": name} for name in ORDERINGS),
    ],
)
def test_list_has_only_the_users_own_todos(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    make_todo(make_user(), "Their milk")
    make_todo(user, "My milk")
    assert fetch_titles(user_client, **query) == ["My milk"]


@pytest.mark.parametrize("query", [{}, {"limit": "9"}, {"status": "open"}, {"search": "milk"}])
def test_list_has_no_deleted_todos(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    make_todo(user, "Kept milk")
    deleted = make_todo(user, "Deleted milk")
    user_client.delete(todo_url(deleted))
    assert fetch_titles(user_client, **query) == ["Kept milk"]


# Status


@pytest.mark.parametrize("status", ["open", "completed"])
def test_status_filters_by_status(user_client: APIClient, user: User, status: str) -> None:
    make_todo(user, "open")
    make_todo(user, "completed", status=Todo.Status.COMPLETED)
    assert fetch_titles(user_client, status=status) == [status]


@pytest.mark.any_database
@pytest.mark.parametrize("status", ["OPEN", "done", "null", "open,completed", "%20open", "%00"])
def test_invalid_status_filter_is_refused(user_client: APIClient, status: str) -> None:
    error = fetch_list_error(user_client, f"status={status}")
    assert (error["code"], error["attr"]) == ("invalid_choice", "status")


def test_filters_combine(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy milk")
    make_todo(user, "Buy bread", due_at=MOMENT)
    make_todo(user, "Buy butter", due_at=MOMENT, status=Todo.Status.COMPLETED)
    make_todo(user, "Sell bread", due_at=MOMENT)
    query = {"search": "buy", "status": "open", "due_after": "2026-03-29T00:00:00Z", "ordering": "title"}
    assert fetch_titles(user_client, **query) == ["Buy bread"]


# Order


@pytest.fixture
def tied_todos(user: User) -> None:
    """Todos with many equal keys, and some without a date."""
    for number in range(12):
        due_at = MOMENT + timedelta(days=-number // 4) if number % 4 else None
        todo = make_todo(user, "bca"[number % 3], due_at=due_at)
        update_columns(todo, updated_at=MOMENT + timedelta(days=number % 2))


def split_by_key(todos: list[Row], field: str) -> tuple[list[int], list[int]]:
    """Return the ids of the todos that have this field, sorted by it and by id, and those of the others."""
    keys = sorted((todo[field], todo["id"]) for todo in todos if todo[field] is not None)
    return [id for _, id in keys], [todo["id"] for todo in todos if todo[field] is None]


@pytest.mark.parametrize("field", ORDERING_FIELDS)
def test_ordering_breaks_ties_by_id_and_puts_missing_dates_last(
    user_client: APIClient, tied_todos: None, field: str
) -> None:
    ids, ids_without_date = split_by_key(fetch_list(user_client), field)
    assert fetch_ids(user_client, ordering=field) == ids + ids_without_date


@pytest.mark.parametrize("field", ORDERING_FIELDS)
def test_descending_ordering_reverses_ties_too_and_puts_missing_dates_last(
    user_client: APIClient, tied_todos: None, field: str
) -> None:
    ids, ids_without_date = split_by_key(fetch_list(user_client), field)
    assert fetch_ids(user_client, ordering=f"-{field}") == ids[::-1] + ids_without_date[::-1]


def test_titles_are_ordered_without_case_and_accents(user_client: APIClient, user: User) -> None:
    ordered = ["!", "10", "9", "_", "Äpfel", "apple", "Apricot", "B", "ﬀ", "Straße", "strasse 2", "Z", "z a", "Zebra"]
    ordered += ["я", "한", "\U00010400", "😀"]
    for title in ordered[1::2] + ordered[::2]:
        make_todo(user, title)
    assert fetch_titles(user_client, ordering="title") == ordered
    assert fetch_titles(user_client, ordering="-title") == ordered[::-1]


def test_titles_that_differ_in_case_and_accents_only_are_ordered_by_id(user_client: APIClient, user: User) -> None:
    ids = [make_todo(user, title).pk for title in ("éa", "EA", "e\u0301A", "ea", "Ea")]
    assert fetch_ids(user_client, ordering="title") == ids
    assert fetch_ids(user_client, ordering="-title") == ids[::-1]


def test_order_of_titles_follows_a_change(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user, "a"), make_todo(user, "b")
    user_client.patch(todo_url(first), {"title": "Ç"})
    user_client.patch(list_url(), [{"id": second.pk, "title": "É"}])
    assert fetch_titles(user_client, ordering="title") == ["Ç", "É"]


def test_longest_possible_title_key_is_stored(user_client: APIClient, user: User) -> None:
    """Each of these characters is 18 in NFKD."""
    titles = ["\ufdfa" * 128, "\ufdfa" * 127 + "a"]
    for title in titles:
        assert user_client.post(list_url(), {"title": title}).status_code == 201
    assert fetch_titles(user_client, ordering="title") == titles


def test_earliest_and_latest_possible_dates_are_ordered(user_client: APIClient, user: User) -> None:
    moments = [datetime.max, datetime(999, 1, 1), datetime.min, datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 1)]
    for moment in moments:
        make_todo(user, due_at=moment.replace(tzinfo=UTC))
    expected = ["0001-01-01T00:00:00Z", "0999-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    expected += ["2026-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"]
    assert [todo["due_at"] for todo in fetch_list(user_client, ordering="due_at")] == expected
    assert [todo["due_at"] for todo in fetch_list(user_client, ordering="-due_at")] == expected[::-1]


@pytest.mark.any_database
@pytest.mark.parametrize(
    "ordering", ["created_at", "description", "owner", "--id", "%2Bid", "ID", "id,title", "%20id", "?", "%00"]
)
def test_invalid_ordering_is_refused(user_client: APIClient, ordering: str) -> None:
    error = fetch_list_error(user_client, f"ordering={ordering}")
    assert (error["code"], error["attr"]) == ("invalid_choice", "ordering")


@pytest.mark.any_database
def test_html_page_of_the_list_has_a_form_to_create_and_none_for_bulk_calls(user_client: APIClient) -> None:
    page = user_client.get(list_url(), headers={"Accept": "text/html"}).content.decode()
    assert 'data-method="DELETE"' not in page
    assert ">PATCH<" not in page
    assert "POST" in page
