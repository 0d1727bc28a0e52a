"""Cost of lists: how many statements a call takes, and how much the database reads for a page anywhere in the list.

Cost is counted, not timed: rows and blocks on PostgreSQL, steps of the virtual machine on SQLite.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts.models import User
from testing.factories import client_for, make_todo, make_user
from testing.queries import capture_statements
from testing.todo_rows import NEW_YEAR, insert_todos
from testing.todos import ORDERINGS, link_urls, list_url
from todos.keyset import Cursor, Ordering
from todos.models import Todo
from todos.pagination import build_page_url, parse_ordering
from todos.text_keys import build_search_text

pytestmark = pytest.mark.in_process("counts statements and rows")

STATUSES: list[dict[str, str]] = [{}, {"status": "open"}, {"status": "completed"}]


# Statements


@pytest.mark.parametrize("count", [0, 3, 300])
@pytest.mark.parametrize("query", [{}, {"limit": 200}, {"status": "open", "search": "milk", "ordering": "-due_at"}])
def test_list_takes_two_statements_at_any_length(
    user_client: APIClient, user: User, count: int, query: dict[str, Any]
) -> None:
    insert_todos(user, *[{}] * count)
    assert len(capture_statements(partial(user_client.get, list_url(**query)))) == 2


def test_list_takes_one_more_statement_in_a_browser_session(user: User) -> None:
    make_todo(user)
    browser = APIClient()
    browser.force_login(user)
    assert len(capture_statements(partial(browser.get, list_url()))) == 3


def collect_page_urls(client: APIClient, url: str, rel: str) -> list[str]:
    """Return the URL of a page and of those that its links lead to."""
    urls = [url]
    while url := link_urls(client.get(url)).get(rel, ""):
        urls.append(url)
    return urls


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_page_takes_at_most_four_statements(user_client: APIClient, user: User, ordering: str) -> None:
    for number in range(12):
        make_todo(user, "bbabc"[number % 5], due_at=NEW_YEAR if number % 2 else None)
    forwards = collect_page_urls(user_client, list_url(ordering=ordering, limit=2), "next")
    backwards = collect_page_urls(user_client, forwards[-1], "prev")
    assert (len(forwards), len(backwards)) == (6, 6)
    assert max(len(capture_statements(partial(user_client.get, url))) for url in forwards + backwards) <= 4


# What the database reads


class Table(NamedTuple):
    """Todos of ten users, a tenth each, of which those of `owner` are read in pages of `page` rows.

    Of the places in the list every `stride`-th is measured.
    """

    owner: User
    client: APIClient
    page: int
    stride: int


# Half of each user's todos share one sort key, three in ten have no date, and the others have different keys before
# and after the shared one. The oldest four fifths are completed.
FILL = """
    WITH RECURSIVE
        series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %(count)s),
        kinds AS (
            SELECT n, n / 10 %% 10 AS kind, n * 2003 %% 1000003 AS spread, n <= %(count)s * 0.8 AS old FROM series
        ),
        keys AS (
            SELECT *,
                CASE WHEN kind < 5 THEN 'b' WHEN kind = 8 THEN 'a' || spread ELSE 'c' || spread END AS title,
                CASE WHEN kind < 5 THEN 0 WHEN kind = 8 THEN -spread ELSE spread END AS moved
            FROM kinds
        )
    INSERT INTO todos_todo (
        owner_id, title, title_key, description, search_text, revision, position, status_position, created_at,
        updated_at, status, completed_at, due_at
    )
    SELECT %(first)s + n %% 10, title, title, '', title || %(separator)s, n, n, n, moment(n), moment(moved),
        CASE WHEN old THEN 'completed' ELSE 'open' END, CASE WHEN old THEN moment(n) END,
        CASE WHEN kind NOT IN (5, 6, 7) THEN moment(moved) END
    FROM keys ORDER BY n
"""

MOMENT_SQL = {
    "sqlite": r"datetime('2026-01-01', (\1) || ' minutes')",
    "postgresql": r"('2026-01-01Z'::timestamptz + (\1) * INTERVAL '1 minute')",
}


@pytest.fixture
def table(transactional_db: None, rounds: Callable[[int, int], int]) -> Iterator[Table]:
    count, page = rounds(10_000, 1_000_000), rounds(10, 100)
    owner, *_ = [make_user(revision=count) for _ in range(10)]
    statement = re.sub(r"moment\((\w+)\)", MOMENT_SQL[connection.vendor], FILL)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"count": count, "first": owner.pk, "separator": build_search_text("", "")})
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE todos_todo")
            if page < 100:
                # If it expects few rows it reads them all and sorts them, which at full size it does nowhere.
                cursor.execute("SET enable_bitmapscan = off")
    yield Table(owner, client_for(owner), page, stride=rounds(3, 1))
    connection.close()


def name_pages(table: Table, query: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and URLs of pages: at both ends, and within and across the borders of equal and missing keys."""
    todos = Todo.objects.owned_by(table.owner).filter(**{name: query[name] for name in query.keys() & {"status"}})
    ordering = Ordering.by_name(query["ordering"], filtered_by_status=False)
    keys = list(ordering.order_queryset(todos).values_list("pk", flat=True))
    borders = [len(keys) * part // 100 for part in (10, 40, 60, 70, 85, 100)]
    yield f"{query} first", list_url(**query)
    for at in (0, *(border - before for border in borders for before in (1, table.page // 2))):
        todo = todos.get(pk=keys[at])
        yield f"{query} after {at}", page_at(table, todo, query, backward=False)
        yield f"{query} before {at}", page_at(table, todo, query, backward=True)


def page_at(table: Table, todo: Todo, query: dict[str, Any], *, backward: bool) -> str:
    """Return the URL of the page before or after a todo, without reading the pages up to it."""
    request = Request(APIRequestFactory().get(list_url(**query)))
    request.user = table.owner
    cursor = Cursor.for_todo(todo, parse_ordering(request), backward=backward, revision=0, purged=0)
    return build_page_url(request, cursor)


class Cost(NamedTuple):
    """Rows on PostgreSQL, steps on SQLite; and blocks on PostgreSQL, at most one per row."""

    visited: float
    blocks: int


def measure_cost(call: Callable[[], Any]) -> Cost:
    """Return what the database reads for a call."""
    return {"sqlite": count_steps, "postgresql": count_rows_and_blocks}[connection.vendor](call)


def count_steps(call: Callable[[], Any]) -> Cost:
    """Return the steps of SQLite's virtual machine."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.connection.set_progress_handler(step, 1)
    call()
    connection.connection.set_progress_handler(None, 1)
    return Cost(count, 0)


def count_rows_and_blocks(call: Callable[[], Any]) -> Cost:
    """Return the rows and blocks that PostgreSQL reads, by EXPLAIN of each statement on todos."""
    visited, blocks = 0.0, 0
    for statement in capture_statements(call):
        if "todos_todo" in statement:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
                [[[explained]]] = cursor.fetchall()
            visited += count_rows(explained["Plan"])
            blocks += explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"]
    return Cost(visited, blocks)


def count_rows(node: dict[str, Any]) -> float:
    """Return how many rows the scans of a plan read, including those that a filter dropped."""
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    own = sum(node.get(name, 0) for name in names) * node["Actual Loops"] if "Scan" in node["Node Type"] else 0
    return own + sum(map(count_rows, node.get("Plans", ())))


def test_page_costs_the_same_anywhere_in_the_list(table: Table) -> None:
    least = measure_cost(lambda: list(Todo.objects.order_by()[: table.page + 1])).visited
    too_expensive = {}
    queries = [{"ordering": name, **status, "limit": table.page} for status in STATUSES for name in ORDERINGS]
    for number, query in enumerate(queries):
        # The first place differs from query to query, so each is measured with some of them.
        for name, url in [*name_pages(table, query)][number % table.stride :: table.stride]:
            cost = measure_cost(partial(table.client.get, url))
            if max(cost) > 3 * least:
                too_expensive[name] = cost
    assert too_expensive == {}
