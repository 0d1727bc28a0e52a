"""A list as CSV: the rows of the JSON list, and cells that no spreadsheet runs."""

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
from todos.models import Todo, unguarded_todos

NAMES = [
    "id", "title", "description", "status", "due_at", "created_by",
    "created_at", "updated_at", "completed_at", "revision",
]  # fmt: skip
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def get(client: APIClient, **query: Any) -> Any:
    answer = client.get(reverse("todo-list"), {"format": "csv", **query})
    assert answer.status_code == 200, answer.content
    return answer


def table(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV answer, by the names of its first line."""
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline=""), strict=True))


def as_cells(todos: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What JSON todos are in CSV, where no cell looks like a formula."""
    return [{name: "" if value is None else str(value) for name, value in todo.items()} for todo in todos]


# The form


def test_it_is_sent_as_a_csv_file(user_client: APIClient) -> None:
    answer = get(user_client)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="todos.csv"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accept", ["text/csv", "text/csv; charset=utf-8", "text/csv, */*;q=0.1"])
def test_accept_asks_for_it_as_well(user_client: APIClient, user: User, accept: str) -> None:
    make_todo(user)
    answer = user_client.get(reverse("todo-list"), HTTP_ACCEPT=accept)
    assert answer.content == get(user_client).content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize("accept", ["application/json", "text/html", "image/png"])
def test_format_wins_over_accept(user_client: APIClient, accept: str) -> None:
    answer = user_client.get(reverse("todo-list"), {"format": "csv"}, HTTP_ACCEPT=accept)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("accept", ["*/*", "application/json, text/csv;q=0.5", "text/html, */*;q=0.8"])
def test_it_is_not_sent_unasked(user_client: APIClient, accept: str) -> None:
    assert not user_client.get(reverse("todo-list"), HTTP_ACCEPT=accept)["Content-Type"].startswith("text/csv")


def test_an_empty_list_is_the_line_of_names(user_client: APIClient) -> None:
    assert get(user_client).content.decode() == ",".join(NAMES) + "\r\n"


def test_every_line_ends_in_crlf(user_client: APIClient, user: User) -> None:
    for _ in range(2):
        make_todo(user)
    assert re.fullmatch(r"([^\r\n]+\r\n){3}", get(user_client).content.decode())


def test_head_says_what_get_would(user_client: APIClient, user: User) -> None:
    make_todo(user)
    head, answer = user_client.head(reverse("todo-list"), QUERY_STRING="format=csv"), get(user_client)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Disposition", "ETag", "X-Revision"):
        assert head[name] == answer[name]


# The rows


def test_the_rows_are_those_of_the_json_list(user_client: APIClient, user: User) -> None:
    make_todo(user, "a", description="b")
    make_todo(user, "c", status=Todo.Status.COMPLETED)
    user_client.post(reverse("todo-list"), {"title": "d", "due_at": "2026-12-24T18:00:00.5Z"})
    assert table(get(user_client)) == as_cells(user_client.get(reverse("todo-list")).json())


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
def test_filters_and_orders_are_those_of_the_json_list(
    user_client: APIClient, user: User, query: dict[str, str]
) -> None:
    for title, status in (("b milk", "open"), ("c", "completed"), ("a milk", "completed"), ("d", "open")):
        make_todo(user, title, status=status)
    assert table(get(user_client, **query)) == as_cells(user_client.get(reverse("todo-list"), query).json())


def test_only_your_own_live_todos_are_in_it(user_client: APIClient, user: User) -> None:
    make_todo(make_user())
    gone, kept = make_todo(user), make_todo(user)
    user_client.delete(reverse("todo-detail", args=[gone.pk]))
    assert [row["id"] for row in table(get(user_client))] == [str(kept.pk)]


def test_pages_are_linked_and_stay_csv(user_client: APIClient, user: User) -> None:
    for n in range(5):
        make_todo(user, f"{n}")
    url: str | None = f"{reverse('todo-list')}?format=csv&limit=2&ordering=-title"
    pages = []
    while url:
        answer = user_client.get(url)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        pages.append([row["title"] for row in table(answer)])
        linked = re.search(r'<([^>]*)>; rel="next"', answer.get("Link", ""))
        url = linked and linked[1]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]


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
def test_commas_quotes_and_line_ends_are_part_of_a_cell(user_client: APIClient, text: str) -> None:
    made = user_client.post(reverse("todo-list"), {"title": "x", "description": text}).json()
    assert table(get(user_client)) == as_cells([made])


@pytest.mark.parametrize("title", ['a "b" c', "a,b", "é 日本 😀", "'x"])
def test_titles_are_quoted_as_well(user_client: APIClient, title: str) -> None:
    made = user_client.post(reverse("todo-list"), {"title": title}).json()
    assert table(get(user_client)) == as_cells([made])


# What a spreadsheet would run


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_a_title_that_begins_like_a_formula_is_neutralised(user_client: APIClient, sign: str) -> None:
    made = user_client.post(reverse("todo-list"), {"title": f"{sign}1+1"}).json()
    assert made["title"] == f"{sign}1+1"
    [row] = table(get(user_client))
    assert row["title"] == f"'{sign}1+1"


@pytest.mark.parametrize("lead", ["", " ", "   ", "\t", "\r", "\n", "\r\n", " \n ", "\u00a0", "\u3000", "\u2003"])
@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_a_description_that_begins_like_a_formula_is_neutralised(user_client: APIClient, lead: str, sign: str) -> None:
    text = f'{lead}{sign}HYPERLINK("http://example.com", A1)'
    user_client.post(reverse("todo-list"), {"title": "x", "description": text})
    [row] = table(get(user_client))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize("text", ["\ta", "\ra", "\na", "\r\na", "\t", "="])
def test_a_leading_tab_or_line_end_is_neutralised(user_client: APIClient, text: str) -> None:
    user_client.post(reverse("todo-list"), {"title": "x", "description": text})
    [row] = table(get(user_client))
    assert row["description"] == f"'{text}"


@pytest.mark.parametrize("sign", ["=", "+", "-"])
def test_an_address_that_begins_like_a_formula_is_neutralised(db: None, sign: str) -> None:
    owner = make_user(f"{sign}1@example.com")
    make_todo(owner)
    [row] = table(get(client_for(owner)))
    assert row["created_by"] == f"'{sign}1@example.com"


@pytest.mark.parametrize("text", ["a=1", "1-1", "a@b", "a\n=1", "#1", "%", "  a", "'=1"])
def test_other_cells_are_left_as_they_are(user_client: APIClient, text: str) -> None:
    user_client.post(reverse("todo-list"), {"title": "x", "description": text})
    [row] = table(get(user_client))
    assert row["description"] == text


# Errors


@pytest.mark.parametrize(
    "query", [{"status": "done"}, {"statuses": "open"}, {"limit": "0"}, {"limit": "2", "cursor": "x"}, {"search": ""}]
)
def test_what_is_refused_is_said_in_json(user_client: APIClient, query: dict[str, str]) -> None:
    assert_error(user_client.get(reverse("todo-list"), {"format": "csv", **query}), 400)
    answer = user_client.get(reverse("todo-list"), query, HTTP_ACCEPT="text/csv")
    assert_error(answer, 400)
    assert "Content-Disposition" not in answer


def test_changes_are_not_told_as_csv(user_client: APIClient) -> None:
    [error] = assert_error(user_client.get(reverse("todo-list"), {"format": "csv", "since": "0"}), 400)
    assert (error["attr"], error["code"]) == ("since", "json_only")
    assert_error(user_client.get(reverse("todo-list"), {"since": "0"}, HTTP_ACCEPT="text/csv"), 400)


def test_without_a_token_it_is_401_in_json(api: APIClient, db: None) -> None:
    assert_error(api.get(reverse("todo-list"), {"format": "csv"}), 401)
    assert_error(api.get(reverse("todo-list"), HTTP_ACCEPT="text/csv"), 401)


def test_a_list_that_is_too_long_is_refused_in_json(user_client: APIClient, user: User) -> None:
    moment = make_todo(user).created_at
    rows = [
        Todo(
            owner=user, title="x", created_at=moment, updated_at=moment, search_text="x",
            revision=n, position=n, status_position=n,
        )
        for n in range(2, 5002)
    ]  # fmt: skip
    unguarded_todos().bulk_create(rows)
    [error] = assert_error(user_client.get(reverse("todo-list"), {"format": "csv"}), 400)
    assert (error["attr"], error["code"]) == ("limit", "pagination_required")
    assert len(table(get(user_client, limit="200"))) == 200


@pytest.mark.parametrize("name", ["todo-detail", "todo-restore"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post"])
def test_nothing_but_the_list_is_served_as_csv(user_client: APIClient, user: User, name: str, method: str) -> None:
    todo = make_todo(user)
    answer = getattr(user_client, method)(f"{reverse(name, args=[todo.pk])}?format=csv")
    [error] = assert_error(answer, 400)
    assert (error["attr"], error["code"]) == ("format", "invalid_choice")


@pytest.mark.parametrize("method", ["post", "patch", "delete", "put", "options"])
def test_only_reading_the_list_is_answered_as_csv(user_client: APIClient, method: str) -> None:
    answer = getattr(user_client, method)(f"{reverse('todo-list')}?format=csv")
    [error] = assert_error(answer, 400)
    assert error["attr"] == "format"


@pytest.mark.parametrize("name", ["root", "health", "auth-me"])
def test_csv_is_no_format_of_other_calls(user_client: APIClient, name: str) -> None:
    [error] = assert_error(user_client.get(reverse(name), {"format": "csv"}), 400)
    assert error["attr"] == "format"


def test_a_todo_is_not_acceptable_as_csv(user_client: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user).pk])
    assert_error(user_client.get(url, HTTP_ACCEPT="text/csv"), 406)


# Conditions


def test_the_entity_tag_is_that_of_no_other_format(user_client: APIClient, user: User) -> None:
    make_todo(user)
    as_json = user_client.get(reverse("todo-list"))
    by_accept = user_client.get(reverse("todo-list"), HTTP_ACCEPT="text/csv")
    assert get(user_client)["ETag"] != as_json["ETag"] != by_accept["ETag"]
    assert get(user_client)["X-Revision"] == as_json["X-Revision"] == "1"


def test_the_entity_tag_changes_with_the_todos(user_client: APIClient, user: User) -> None:
    before = get(user_client)["ETag"]
    assert get(user_client)["ETag"] == before
    make_todo(user)
    assert get(user_client)["ETag"] != before


def test_an_older_entity_tag_gives_the_list(user_client: APIClient, user: User) -> None:
    old = get(user_client)["ETag"]
    make_todo(user)
    answer = user_client.get(reverse("todo-list"), {"format": "csv"}, headers={"If-None-Match": old})
    assert len(table(answer)) == 1


def test_a_malformed_condition_is_refused_in_json(user_client: APIClient) -> None:
    answer = user_client.get(reverse("todo-list"), {"format": "csv"}, headers={"If-None-Match": "x"})
    [error] = assert_error(answer, 400)
    assert error["attr"] == "If-None-Match"


@pytest.mark.parametrize("by_accept", [False, True])
def test_what_the_client_has_is_304(user_client: APIClient, user: User, by_accept: bool) -> None:
    make_todo(user)
    query, headers = ({}, {"Accept": "text/csv"}) if by_accept else ({"format": "csv"}, {})
    tag = user_client.get(reverse("todo-list"), query, headers=headers)["ETag"]
    answer = user_client.get(reverse("todo-list"), query, headers={**headers, "If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["X-Revision"]) == (tag, "1")
