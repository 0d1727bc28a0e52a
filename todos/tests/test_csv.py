"""A list as CSV: the rows of the JSON list, without cells that a spreadsheet would run."""

import csv
import io
import re
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todo_rows import insert_todos, walk_pages
from testing.todos import FIELDS, fetch_list, list_url, todo_url
from todos.models import Todo

pytestmark = pytest.mark.any_database

FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def fetch_csv(client: APIClient, **query: Any) -> Any:
    response = client.get(list_url(), {"format": "csv", **query})
    assert response.status_code == 200, response.content
    return response


def parse_csv(response: Any) -> list[dict[str, str]]:
    """Return the rows of a CSV response as dicts, with the names of its first line."""
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), strict=True))


def to_csv_rows(todos: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return todos from JSON as rows of CSV; none of their texts may look like a formula."""
    return [{name: "" if value is None else str(value) for name, value in todo.items()} for todo in todos]


# Headers and format


def test_format_csv_returns_a_csv_attachment(user_client: APIClient) -> None:
    response = fetch_csv(user_client)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="todos.csv"'
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accept", ["text/csv", "text/csv; charset=utf-8", "text/csv, */*;q=0.1"])
def test_accept_text_csv_returns_the_same_csv(user_client: APIClient, user: User, accept: str) -> None:
    make_todo(user)
    response = user_client.get(list_url(), HTTP_ACCEPT=accept)
    assert response.content == fetch_csv(user_client).content
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize("accept", ["application/json", "text/html", "image/png"])
def test_format_csv_takes_precedence_over_accept(user_client: APIClient, accept: str) -> None:
    response = user_client.get(list_url(), {"format": "csv"}, HTTP_ACCEPT=accept)
    assert response["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/csv;q=0.5", "text/html, */*;q=0.8"])
def test_csv_is_not_returned_unless_preferred(user_client: APIClient, accept: str) -> None:
    assert not user_client.get(list_url(), HTTP_ACCEPT=accept)["Content-Type"].startswith("text/csv")


def test_empty_list_is_the_header_line(user_client: APIClient) -> None:
    assert fetch_csv(user_client).content.decode("utf-8-sig") == ",".join(FIELDS) + "\r\n"


def test_csv_begins_with_one_byte_order_mark(user_client: APIClient, user: User) -> None:
    assert fetch_csv(user_client).content.startswith(b"\xef\xbb\xbfid,")
    make_todo(user, "Käse")
    content = fetch_csv(user_client, limit="1").content
    assert content.startswith(b"\xef\xbb\xbfid,")
    assert content.count(b"\xef\xbb\xbf") == 1


def test_every_line_ends_in_crlf(user_client: APIClient, user: User) -> None:
    for _ in range(2):
        make_todo(user)
    assert re.fullmatch(r"([^\r\n]+\r\n){3}", fetch_csv(user_client).content.decode())


def test_head_returns_the_headers_of_get(user_client: APIClient, user: User) -> None:
    make_todo(user)
    head, response = user_client.head(list_url(), QUERY_STRING="format=csv"), fetch_csv(user_client)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Disposition", "ETag", "X-Revision"):
        assert head[name] == response[name]


# The rows


def test_csv_has_the_rows_of_the_json_list(user_client: APIClient, user: User) -> None:
    make_todo(user, "a", description="b")
    make_todo(user, "c", status=Todo.Status.COMPLETED)
    user_client.post(list_url(), {"title": "d", "due_at": "2026-12-24T18:00:00.5Z"})
    assert parse_csv(fetch_csv(user_client)) == to_csv_rows(fetch_list(user_client))


@pytest.mark.parametrize(
    "query",
    [
        {"status": "completed"},
        {"search": "MILK"},
        {"ordering": "-title"},
        {"ordering": "title", "status": "open"},
        {"created_after": "9999-01-01T00:00:00Z"},
    ],
)
def test_filters_and_orderings_work_as_for_json(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    for title, status in (("b milk", "open"), ("c", "completed"), ("a milk", "completed"), ("d", "open")):
        make_todo(user, title, status=status)
    assert parse_csv(fetch_csv(user_client, **query)) == to_csv_rows(fetch_list(user_client, **query))


def test_csv_has_only_the_users_live_todos(user_client: APIClient, user: User) -> None:
    make_todo(make_user())
    gone, kept = make_todo(user), make_todo(user)
    user_client.delete(todo_url(gone))
    assert [row["id"] for row in parse_csv(fetch_csv(user_client))] == [str(kept.pk)]


def test_linked_pages_are_csv_too(user_client: APIClient, user: User) -> None:
    for n in range(5):
        make_todo(user, f"{n}")
    pages = list(walk_pages(user_client, list_url(format="csv", limit=2, ordering="-title")))
    assert {page["Content-Type"] for page in pages} == {"text/csv; charset=utf-8"}
    assert [[row["title"] for row in parse_csv(page)] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize(
    "text",
    [
        'a "b" c',
        "a,b;c",
        "a\nb",
        "a\r\nb",
        "a\rb",
        '"',
        ",",
        "a\n\n",
        "  a",
        "é 日本 😀 \u2028 \u200f",
        "a\tb",
        "''",
        '"=1"',
    ],
)
def test_commas_quotes_and_line_ends_are_kept_in_a_cell(user_client: APIClient, text: str) -> None:
    created = user_client.post(list_url(), {"title": "x", "description": text}).json()
    assert parse_csv(fetch_csv(user_client)) == to_csv_rows([created])


@pytest.mark.parametrize("title", ['a "b" c', "a,b", "é 日本 😀", "'x"])
def test_titles_are_quoted(user_client: APIClient, title: str) -> None:
    created = user_client.post(list_url(), {"title": title}).json()
    assert parse_csv(fetch_csv(user_client)) == to_csv_rows([created])


# Cells that a spreadsheet would run


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_title_that_starts_like_a_formula_is_neutralized(user_client: APIClient, sign: str) -> None:
    created = user_client.post(list_url(), {"title": f"{sign}1+1"}).json()
    assert created["title"] == f"{sign}1+1"
    [row] = parse_csv(fetch_csv(user_client))
    assert row["title"] == f"'{sign}1+1"


@pytest.mark.parametrize("lead", ["", " ", "   ", "\t", "\r", "\n", "\r\n", " \n ", "\u00a0", "\u3000", "\u2003"])
@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_description_that_starts_like_a_formula_is_neutralized(user_client: APIClient, lead: str, sign: str) -> None:
    text = f'{lead}{sign}HYPERLINK("http://example.com", A1)'
    user_client.post(list_url(), {"title": "x", "description": text})
    [row] = parse_csv(fetch_csv(user_client))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize("text", ["\ta", "\ra", "\na", "\r\na", "\t", "="])
def test_leading_tab_or_line_end_is_neutralized(user_client: APIClient, text: str) -> None:
    user_client.post(list_url(), {"title": "x", "description": text})
    [row] = parse_csv(fetch_csv(user_client))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize("sign", ["=", "+", "-"])
def test_email_that_starts_like_a_formula_is_neutralized(db: None, sign: str) -> None:
    owner = make_user(f"{sign}1@example.com")
    make_todo(owner)
    [row] = parse_csv(fetch_csv(client_for(owner)))
    assert row["created_by"] == f"'{sign}1@example.com"


@pytest.mark.parametrize("text", ["'=1", "''=1", "'\t", "' +1", "'＝1"])
def test_apostrophes_before_a_formula_get_another_one(user_client: APIClient, text: str) -> None:
    """Who reads the cell takes exactly one away again."""
    user_client.post(list_url(), {"title": "x", "description": text})
    [row] = parse_csv(fetch_csv(user_client))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", "1-1", "a@b", "a\n=1", "#1", "%", "  a", "'a", "' a'", "''"])
def test_other_cells_are_unchanged(user_client: APIClient, text: str) -> None:
    user_client.post(list_url(), {"title": "x", "description": text})
    [row] = parse_csv(fetch_csv(user_client))
    assert row["description"] == text


# Errors


@pytest.mark.parametrize(
    "query", [{"status": "done"}, {"statuses": "open"}, {"limit": "0"}, {"limit": "2", "cursor": "x"}, {"search": ""}]
)
def test_errors_of_a_csv_request_are_json(user_client: APIClient, query: dict[str, str]) -> None:
    assert_error(user_client.get(list_url(), {"format": "csv", **query}), 400)
    response = user_client.get(list_url(), query, HTTP_ACCEPT="text/csv")
    assert_error(response, 400)
    assert "Content-Disposition" not in response


def test_since_with_csv_is_refused(user_client: APIClient) -> None:
    [error] = assert_error(user_client.get(list_url(), {"format": "csv", "since": "0"}), 400)
    assert (error["attr"], error["code"]) == ("since", "json_only")
    assert_error(user_client.get(list_url(), {"since": "0"}, HTTP_ACCEPT="text/csv"), 400)


def test_csv_request_without_a_token_is_401_in_json(api: APIClient, db: None) -> None:
    assert_error(api.get(list_url(), {"format": "csv"}), 401)
    assert_error(api.get(list_url(), HTTP_ACCEPT="text/csv"), 401)


def test_csv_of_a_list_that_is_too_long_is_refused_in_json(user_client: APIClient, user: User) -> None:
    insert_todos(user, *[{}] * 5_001)
    [error] = assert_error(user_client.get(list_url(), {"format": "csv"}), 400)
    assert (error["attr"], error["code"]) == ("limit", "pagination_required")
    assert len(parse_csv(fetch_csv(user_client, limit="200"))) == 200


@pytest.mark.parametrize("name", ["todo-detail", "todo-restore"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post"])
def test_csv_of_a_single_todo_is_refused(user_client: APIClient, user: User, name: str, method: str) -> None:
    todo = make_todo(user)
    response = getattr(user_client, method)(f"{reverse(name, args=[todo.pk])}?format=csv")
    [error] = assert_error(response, 400)
    assert (error["attr"], error["code"]) == ("format", "invalid_choice")


@pytest.mark.parametrize("method", ["post", "patch", "delete", "put", "options"])
def test_csv_of_a_write_to_the_list_is_refused(user_client: APIClient, method: str) -> None:
    response = getattr(user_client, method)(f"{list_url()}?format=csv")
    [error] = assert_error(response, 400)
    assert error["attr"] == "format"


@pytest.mark.parametrize("name", ["root", "health", "auth-me"])
def test_csv_of_other_endpoints_is_refused(user_client: APIClient, name: str) -> None:
    [error] = assert_error(user_client.get(reverse(name), {"format": "csv"}), 400)
    assert error["attr"] == "format"


def test_todo_with_accept_text_csv_is_406(user_client: APIClient, user: User) -> None:
    url = todo_url(make_todo(user))
    assert_error(user_client.get(url, HTTP_ACCEPT="text/csv"), 406)


# Conditions


def test_csv_has_another_etag_than_json(user_client: APIClient, user: User) -> None:
    make_todo(user)
    as_json = user_client.get(list_url())
    by_accept = user_client.get(list_url(), HTTP_ACCEPT="text/csv")
    assert fetch_csv(user_client)["ETag"] != as_json["ETag"] != by_accept["ETag"]
    assert fetch_csv(user_client)["X-Revision"] == as_json["X-Revision"] == "1"


def test_etag_of_csv_changes_with_the_todos(user_client: APIClient, user: User) -> None:
    before = fetch_csv(user_client)["ETag"]
    assert fetch_csv(user_client)["ETag"] == before
    make_todo(user)
    assert fetch_csv(user_client)["ETag"] != before


def test_csv_with_an_old_etag_is_sent(user_client: APIClient, user: User) -> None:
    old = fetch_csv(user_client)["ETag"]
    make_todo(user)
    response = user_client.get(list_url(), {"format": "csv"}, headers={"If-None-Match": old})
    assert len(parse_csv(response)) == 1


def test_malformed_if_none_match_for_csv_is_refused_in_json(user_client: APIClient) -> None:
    response = user_client.get(list_url(), {"format": "csv"}, headers={"If-None-Match": "x"})
    [error] = assert_error(response, 400)
    assert error["attr"] == "If-None-Match"


@pytest.mark.parametrize("by_accept", [False, True])
def test_csv_that_the_client_has_is_304(user_client: APIClient, user: User, by_accept: bool) -> None:
    make_todo(user)
    query, headers = ({}, {"Accept": "text/csv"}) if by_accept else ({"format": "csv"}, {})
    tag = user_client.get(list_url(), query, headers=headers)["ETag"]
    response = user_client.get(list_url(), query, headers={**headers, "If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["X-Revision"]) == (tag, "1")
