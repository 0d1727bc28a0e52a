"""Lists in pages: limits, links, and when a list is too long to be read whole."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo, make_user
from testing.races import Rounds
from testing.todo_rows import NEW_YEAR, insert_todos, make_varied_row, update_columns, walk_pages
from testing.todos import ORDERINGS, fetch_ids, fetch_list, get_attr_and_code, link_urls, list_url, todo_ids
from todos.models import Todo

MAX_BYTES_WITHOUT_LIMIT = 4_000_000
WIDEST_CHARACTER = "😀"  # Four bytes in JSON, the most that a character takes.


# Limits


@pytest.mark.parametrize("limit", [1, 9, 200])
def test_page_has_at_most_limit_rows(user_client: APIClient, user: User, limit: int) -> None:
    insert_todos(user, *[{}] * 201)
    assert len(fetch_list(user_client, limit=limit)) == limit


@pytest.mark.any_database
@pytest.mark.parametrize(
    "limit", ["0", "201", "-1", "+5", " 5", "5 ", "1_0", "٣", "abc", "1.0", "1e1", "05", "0x5", "9" * 5_000, "\0"]
)
def test_invalid_limit_is_refused(user_client: APIClient, limit: str) -> None:
    assert get_attr_and_code(user_client.get(list_url(limit=limit))) == ("limit", "invalid")


@pytest.mark.parametrize("limit", ["9", "10", "200"])
def test_page_with_all_rows_has_no_links(user_client: APIClient, ten_todos: list[Todo], limit: str) -> None:
    response = user_client.get(list_url(limit=limit))
    assert ("Link" in response.headers) is (limit == "9")


def test_whole_list_and_empty_page_have_no_links(user_client: APIClient, ten_todos: list[Todo]) -> None:
    assert "Link" not in user_client.get(list_url()).headers
    assert "Link" not in user_client.get(list_url(limit=1, search="nothing like it")).headers


# Rows of the pages


@pytest.mark.parametrize("status", [{}, {"status": "open"}])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_have_every_row_once_in_the_order_of_the_list(
    user_client: APIClient, varied_todos: None, rounds: Rounds, ordering: str, status: dict[str, str]
) -> None:
    whole = fetch_ids(user_client, ordering=ordering, **status)
    assert len(whole) == (14 if status else 19)
    for limit in (1, 7, 3)[: rounds(2, 3)]:
        forwards = list(walk_pages(user_client, list_url(ordering=ordering, limit=limit, **status)))
        backwards = list(walk_pages(user_client, link_urls(forwards[-1])["prev"], "prev"))
        assert todo_ids(*forwards) == whole
        assert todo_ids(*backwards[::-1], forwards[-1]) == whole
        assert {len(response.json()) for response in [*forwards[:-1], *backwards[:-1]]} == {limit}


@pytest.mark.parametrize(
    "query",
    [
        {"search": "ä%_+&=#;", "ordering": "-title"},
        {"due_after": "2026-01-01T01:00:00+01:00", "ordering": "-due_at"},
        {"updated_before": "2026-01-01T01:00:00Z", "status": "open", "ordering": "updated_at"},
        {"created_after": "2026-01-01T00:00:00Z", "format": "json"},
    ],
)
def test_pages_keep_the_filters(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    texts = [{"description": "ä%_+&=#; b"}, {"description": "ä%_+&=# b"}]
    insert_todos(user, *(make_varied_row(number) | texts[number % 2] for number in range(20)))
    whole = fetch_ids(user_client, **query)
    assert 4 < len(whole) < 18 or "format" in query
    assert todo_ids(*walk_pages(user_client, list_url(limit=2, **query))) == whole


def test_first_page_has_no_previous_link_when_reached_backwards(user_client: APIClient, ten_todos: list[Todo]) -> None:
    second = user_client.get(link_urls(user_client.get(list_url(limit=4)))["next"])
    first = user_client.get(link_urls(second)["prev"])
    assert todo_ids(first) == [todo.pk for todo in ten_todos[:4]]
    assert list(link_urls(first)) == ["next"]
    assert todo_ids(user_client.get(link_urls(first)["next"])) == todo_ids(second)


def test_earliest_and_latest_possible_dates_can_be_paged(user_client: APIClient, user: User) -> None:
    for moment in (datetime.max, datetime(999, 1, 1), datetime.min, datetime.max, datetime.min):
        make_todo(user, due_at=moment.replace(tzinfo=UTC))
    for ordering in ("due_at", "-due_at"):
        pages = walk_pages(user_client, list_url(limit=1, ordering=ordering))
        assert todo_ids(*pages) == fetch_ids(user_client, ordering=ordering)


def test_titles_of_any_script_can_be_paged(user_client: APIClient, user: User) -> None:
    titles = ["😀", "é", "Z", "a", "ﬀ", "é", "'", '"', "\\", "%", "a\u2028b", "😀"]
    insert_todos(user, *({"title": title} for title in titles))
    for ordering in ("title", "-title"):
        pages = walk_pages(user_client, list_url(limit=1, ordering=ordering))
        assert todo_ids(*pages) == fetch_ids(user_client, ordering=ordering)


# Links


@pytest.mark.any_database
def test_links_are_absolute_and_keep_the_query(user_client: APIClient, ten_todos: list[Todo]) -> None:
    query = {"ordering": "-title", "search": "todo", "status": "open", "limit": "2", "format": "json"}
    second = user_client.get(link_urls(user_client.get(list_url(**query)))["next"])
    for url in link_urls(second).values():
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", list_url())
        parameters = [(name, value) for name, value in parse_qsl(parts.query) if name != "cursor"]
        assert sorted(parameters) == sorted(query.items())
    assert list(link_urls(second)) == ["next", "prev"]


@pytest.mark.any_database
@pytest.mark.parametrize("slash", ["", "/"])
def test_path_of_a_link_ends_in_a_slash(user_client: APIClient, ten_todos: list[Todo], slash: str) -> None:
    response = user_client.get(f"{list_url().rstrip('/')}{slash}?limit=2")
    assert urlsplit(link_urls(response)["next"]).path == list_url()


@pytest.mark.any_database
def test_links_keep_the_stage_prefix(user_client: APIClient, ten_todos: list[Todo]) -> None:
    response = user_client.get(list_url(limit=2), SCRIPT_NAME="/dev")
    assert link_urls(response)["next"].startswith("http://testserver/dev/todos/?")


@pytest.mark.any_database
def test_link_header_is_one_line_of_ascii(user_client: APIClient, user: User) -> None:
    insert_todos(user, *[{"description": 'Ä>"\r\n'}] * 3)
    link = user_client.get(list_url(limit=2, search='Ä>"\r\n', ordering="title")).headers["Link"]
    assert link.isascii()
    assert link.isprintable()
    assert link.count(">") == 1


# Whole lists


def test_whole_list_of_more_than_5000_rows_is_refused(user_client: APIClient, user: User) -> None:
    insert_todos(user, *[{}] * 5_000, {"deleted_at": NEW_YEAR})
    insert_todos(make_user(), {})
    assert len(fetch_list(user_client)) == 5_000
    make_todo(user, "Bread")
    assert get_attr_and_code(user_client.get(list_url())) == ("limit", "pagination_required")
    assert len(fetch_list(user_client, limit=200)) == 200
    assert len(fetch_list(user_client, search="bread")) == 1


@pytest.mark.any_database
def test_whole_list_of_more_than_4_megabytes_is_refused(user_client: APIClient, user: User) -> None:
    *_, first, last = insert_todos(user, *[{"description": WIDEST_CHARACTER * 2_000}] * 486, {}, {})
    missing = MAX_BYTES_WITHOUT_LIMIT - len(user_client.get(list_url()).content)
    assert 0 < missing < 2 * 4 * 2_000
    update_columns(first, description=WIDEST_CHARACTER * (missing // 8))
    missing = MAX_BYTES_WITHOUT_LIMIT - len(user_client.get(list_url()).content)
    assert 0 < missing < 4 * 2_000
    description = WIDEST_CHARACTER * (missing // 4) + "x" * (missing % 4)
    update_columns(last, description=description)
    assert len(user_client.get(list_url()).content) == MAX_BYTES_WITHOUT_LIMIT
    update_columns(last, description=f"{description}x")
    assert get_attr_and_code(user_client.get(list_url())) == ("limit", "pagination_required")
    assert user_client.get(list_url(limit=200)).status_code == 200
