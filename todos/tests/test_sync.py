"""Sync: the changes since a revision, their pages, and the X-Revision to continue from."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todo_rows import walk_pages
from testing.todos import (
    Row,
    fetch_changes,
    fetch_ids,
    fetch_list,
    link_urls,
    list_url,
    restore_url,
    todo_ids,
    todo_url,
)
from todos.unit_of_work import unit_of_work

# Changes


def test_since_0_returns_the_whole_list(user_client: APIClient, three_ids: list[int]) -> None:
    assert fetch_changes(user_client, 0) == fetch_list(user_client)


def test_since_returns_todos_that_changed_after_the_revision(user_client: APIClient, three_ids: list[int]) -> None:
    assert [fetch_ids(user_client, since=since) for since in range(4)] == [three_ids, three_ids[1:], three_ids[2:], []]


def test_changes_are_ordered_by_revision(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.patch(todo_url(three_ids[0]), {"status": "completed"})
    assert [(row["id"], row["revision"]) for row in fetch_changes(user_client, 1)] == [
        (three_ids[1], 2),
        (three_ids[2], 3),
        (three_ids[0], 4),
    ]


def test_changed_todo_is_returned_once_as_it_is_now(user_client: APIClient, three_ids: list[int]) -> None:
    for title in ("x", "y"):
        user_client.patch(todo_url(three_ids[0]), {"title": title})
    assert fetch_changes(user_client, 3) == [user_client.get(todo_url(three_ids[0])).json()]


def test_deleted_todo_is_returned_as_its_tombstone(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.delete(todo_url(three_ids[1]))
    assert fetch_changes(user_client, 3) == [{"id": three_ids[1], "revision": 4, "deleted": True}]


def test_restored_todo_is_returned_whole(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.delete(todo_url(three_ids[1]))
    restored = user_client.post(restore_url(three_ids[1])).json()
    assert fetch_changes(user_client, 4) == [restored]


def test_cleared_todos_are_returned_in_the_order_of_their_ids(user_client: APIClient, three_ids: list[int]) -> None:
    for pk in reversed(three_ids):
        user_client.patch(todo_url(pk), {"status": "completed"})
    user_client.delete(list_url(status="completed"))
    expected = [{"id": pk, "revision": 7 + index, "deleted": True} for index, pk in enumerate(three_ids)]
    assert fetch_changes(user_client, 6) == expected


def test_writes_that_changed_nothing_are_not_returned(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.patch(todo_url(three_ids[0]), {"title": "a"})
    user_client.put(todo_url(three_ids[1]), {"title": "b"})
    user_client.post(restore_url(three_ids[2]))
    assert fetch_changes(user_client, 3) == []


def test_changes_of_other_users_are_not_returned(user_client: APIClient, three_ids: list[int]) -> None:
    other = make_user()
    theirs = make_todo(other)
    client_for(other).delete(todo_url(theirs))
    assert fetch_ids(user_client, since=0) == three_ids


# X-Revision and pages


@pytest.mark.parametrize("query", [{}, {"since": 0}, {"since": 3}, {"limit": 2}, {"status": "completed"}])
def test_x_revision_of_a_list_is_the_users_revision(user_client: APIClient, three_ids: list[int], query: Row) -> None:
    assert user_client.get(list_url(**query))["X-Revision"] == "3"


def test_x_revision_of_a_page_of_changes_with_a_next_one_is_that_of_its_last_row(
    user_client: APIClient, three_ids: list[int]
) -> None:
    first = user_client.get(list_url(since=0, limit=2))
    second = user_client.get(link_urls(first)["next"])
    assert [first["X-Revision"], second["X-Revision"]] == ["2", "3"]
    assert user_client.get(link_urls(second)["prev"])["X-Revision"] == "2"


def test_x_revision_of_the_last_page_of_changes_is_the_users_current_revision(
    user_client: APIClient, three_ids: list[int]
) -> None:
    first = user_client.get(list_url(since=0, limit=2))
    user_client.delete(todo_url(three_ids[0]))
    last = user_client.get(link_urls(first)["next"])
    assert (todo_ids(last), last["X-Revision"]) == ([three_ids[2], three_ids[0]], "4")


def test_x_revision_of_later_pages_of_a_list_is_that_of_the_first_page(
    user_client: APIClient, three_ids: list[int]
) -> None:
    first = user_client.get(list_url(limit=1))
    user_client.patch(todo_url(three_ids[0]), {"title": "changed after it was read"})
    second = user_client.get(link_urls(first)["next"])
    third = user_client.get(link_urls(second)["next"])
    assert [page["X-Revision"] for page in (first, second, third)] == ["3", "3", "3"]
    assert fetch_ids(user_client, since=3) == [three_ids[0]]


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_of_changes_have_every_change_in_order(user_client: APIClient, three_ids: list[int], limit: int) -> None:
    user_client.delete(todo_url(three_ids[0]))
    pages = walk_pages(user_client, list_url(since=0, limit=limit))
    assert [row for page in pages for row in page.json()] == fetch_changes(user_client, 0)


def test_todo_that_changes_between_pages_is_on_a_later_page(user_client: APIClient, three_ids: list[int]) -> None:
    first = user_client.get(list_url(since=0, limit=1))
    user_client.patch(todo_url(three_ids[1]), {"title": "changed before it is read"})
    second = user_client.get(link_urls(first)["next"])
    user_client.delete(todo_url(three_ids[0]))
    third = user_client.get(link_urls(second)["next"])
    fourth = user_client.get(link_urls(third)["next"])
    assert todo_ids(second, third, fourth) == three_ids[::-1]
    assert [len(page.json()) for page in (second, third, fourth)] == [1, 1, 1]
    assert fourth.json() == [{"id": three_ids[0], "revision": 5, "deleted": True}]


def test_client_can_continue_from_the_x_revision_of_a_page(user_client: APIClient, three_ids: list[int]) -> None:
    first = user_client.get(list_url(since=0, limit=2))
    assert fetch_ids(user_client, since=first["X-Revision"]) == three_ids[2:]


@pytest.mark.any_database
def test_cursor_of_another_since_is_refused(user_client: APIClient, three_ids: list[int]) -> None:
    url = link_urls(user_client.get(list_url(since=0, limit=1)))["next"]
    [error] = assert_error(user_client.get(url.replace("since=0", "since=1")), 400)
    assert error["attr"] == "cursor"


def test_head_returns_the_headers_of_get(user_client: APIClient, three_ids: list[int]) -> None:
    head, get = user_client.head(list_url(since=0, limit=2)), user_client.get(list_url(since=0, limit=2))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("X-Revision", "ETag", "Link"):
        assert head[name] == get[name]


def test_page_of_changes_that_the_client_has_returns_no_other_x_revision(
    user_client: APIClient, three_ids: list[int]
) -> None:
    page = user_client.get(list_url(since=0, limit=1))
    again = user_client.get(list_url(since=0, limit=1), HTTP_IF_NONE_MATCH=page["ETag"])
    assert (again.status_code, again.headers.get("X-Revision", "1")) == (304, page["X-Revision"])


def test_later_page_that_the_client_has_returns_no_other_x_revision(
    user_client: APIClient, three_ids: list[int]
) -> None:
    url = link_urls(user_client.get(list_url(limit=1)))["next"]
    user_client.patch(todo_url(three_ids[0]), {"title": "changed after it was read"})
    page = user_client.get(url)
    again = user_client.get(url, HTTP_IF_NONE_MATCH=page["ETag"])
    assert (again.status_code, page["X-Revision"], again.headers.get("X-Revision", "3")) == (304, "3", "3")


# Errors


@pytest.mark.any_database
@pytest.mark.parametrize("since", ["4", "5", "9223372036854775807", "9999999999999999999"])
def test_since_above_the_users_revision_is_refused(user_client: APIClient, three_ids: list[int], since: str) -> None:
    [error] = assert_error(user_client.get(list_url(since=since)), 400)
    assert (error["code"], error["attr"]) == ("invalid", "since")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "since", ["-1", "+1", "01", "1.0", "1e0", " 1", "1 ", "1\n", "1_0", "0x1", "abc", "null", "٣", "\0", "9" * 5_000]
)
def test_since_that_is_not_a_whole_number_is_refused(user_client: APIClient, three_ids: list[int], since: str) -> None:
    [error] = assert_error(user_client.get(list_url(since=since)), 400)
    assert (error["code"], error["attr"]) == ("invalid", "since")


@pytest.mark.any_database
@pytest.mark.parametrize("query", ["since=", "since=1&since=1", "since=1&since=2"])
def test_empty_or_repeated_since_is_refused(user_client: APIClient, three_ids: list[int], query: str) -> None:
    [error] = assert_error(user_client.get(list_url(), QUERY_STRING=query), 400)
    assert (error["code"] in ("empty", "repeated"), error["attr"]) == (True, "since")


@pytest.mark.any_database
def test_empty_since_is_ignored_for_html(user_client: APIClient, three_ids: list[int]) -> None:
    response = user_client.get(list_url(), QUERY_STRING="since=&limit=", HTTP_ACCEPT="text/html")
    assert response.status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "open"), ("search", "a"), ("ordering", "id"), ("due_after", "2026-01-01T00:00:00Z")],
)
def test_since_with_a_filter_is_refused(user_client: APIClient, three_ids: list[int], name: str, value: str) -> None:
    [error] = assert_error(user_client.get(list_url(since=0, limit=2, **{name: value})), 400)
    assert error["attr"] == name


@pytest.mark.any_database
@pytest.mark.parametrize("csv", [{"QUERY_STRING": "since=0&format=csv"}, {"HTTP_ACCEPT": "text/csv"}])
def test_since_with_csv_is_refused(user_client: APIClient, three_ids: list[int], csv: Row) -> None:
    [error] = assert_error(user_client.get(list_url(), **{"QUERY_STRING": "since=0", **csv}), 400)
    assert (error["code"], error["attr"]) == ("json_only", "since")


@pytest.mark.any_database
@pytest.mark.parametrize("html", [{"QUERY_STRING": "since=0&format=api"}, {"HTTP_ACCEPT": "text/html"}])
def test_since_with_html_is_refused(user_client: APIClient, three_ids: list[int], html: Row) -> None:
    response = user_client.get(list_url(), **{"QUERY_STRING": "since=0", **html})
    assert (response.status_code, "json_only" in response.content.decode()) == (400, True)


@pytest.mark.any_database
def test_since_with_format_json_is_accepted(user_client: APIClient, three_ids: list[int]) -> None:
    response = user_client.get(list_url(since=0, format="json"), HTTP_ACCEPT="text/html")
    assert response.json() == fetch_changes(user_client, 0)


def test_more_than_5000_changes_need_a_limit(user_client: APIClient, user: User) -> None:
    with unit_of_work(user) as work:
        work.create_many({"title": "x"} for _ in range(5_001))
    [error] = assert_error(user_client.get(list_url(since=0)), 400)
    assert (error["code"], error["attr"]) == ("pagination_required", "limit")
    assert len(fetch_changes(user_client, 1)) == 5_000
    assert len(fetch_list(user_client, since=0, limit=200)) == 200


@pytest.mark.any_database
def test_tombstones_count_towards_the_5000_changes(user_client: APIClient, user: User) -> None:
    with unit_of_work(user) as work:
        work.create_many({"title": "x", "status": "completed"} for _ in range(5_001))
    user_client.delete(list_url(status="completed"))
    assert fetch_list(user_client) == []
    [error] = assert_error(user_client.get(list_url(since=0)), 400)
    assert error["code"] == "pagination_required"
