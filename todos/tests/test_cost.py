"""What lists cost: how many statements, and how much of the table a page makes the database visit, wherever it lies.

Cost is counted and never timed: rows and blocks on PostgreSQL, steps of its virtual machine on SQLite.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts.models import User
from testing.factories import client_for, make_todo, make_user
from testing.queries import statements
from todos.keyset import Cursor, Ordering
from todos.models import Todo, build_search_text, unguarded_todos
from todos.pagination import page_url, read_ordering

pytestmark = pytest.mark.in_process("counts statements and rows")

ORDERINGS = [sign + field for field in ("id", "updated_at", "due_at", "title") for sign in ("", "-")]
STATUSES: list[dict[str, str]] = [{}, {"status": "open"}, {"status": "completed"}]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def url(**query: Any) -> str:
    return f"{reverse('todo-list')}?{urlencode(query)}"


# Statements


@pytest.mark.parametrize("count", [0, 3, 300])
@pytest.mark.parametrize("query", [{}, {"limit": 200}, {"status": "open", "search": "milk", "ordering": "-due_at"}])
def test_a_list_takes_two_statements_whatever_its_length(
    user_client: APIClient, user: User, count: int, query: dict[str, Any]
) -> None:
    row = {"owner": user, "title": "Milk", "search_text": "milk", "created_at": MOMENT, "updated_at": MOMENT}
    unguarded_todos().bulk_create(
        Todo(revision=number, position=number, status_position=number, **row) for number in range(count)
    )
    assert len(statements(partial(user_client.get, url(**query)))) == 2


def test_a_list_takes_one_statement_more_in_a_browser_session(user: User) -> None:
    make_todo(user)
    browser = APIClient()
    browser.force_login(user)
    assert len(statements(partial(browser.get, url()))) == 3


def walked(client: APIClient, target: str, rel: str) -> list[str]:
    """The URL and those that its links lead to, one after the other."""
    targets = [target]
    for _ in range(10):
        link = client.get(targets[-1]).headers.get("Link", "")
        targets += re.findall(rf'<([^>]*)>; rel="{rel}"', link)
        if rel not in link:
            break
    return targets


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_page_takes_at_most_four_statements(user_client: APIClient, user: User, ordering: str) -> None:
    for number in range(12):
        make_todo(user, "bbabc"[number % 5], due_at=MOMENT if number % 2 else None)
    forwards = walked(user_client, url(ordering=ordering, limit=2), "next")
    backwards = walked(user_client, forwards[-1], "prev")
    assert (len(forwards), len(backwards)) == (6, 6)
    assert max(len(statements(partial(user_client.get, target))) for target in forwards + backwards) <= 4


# What the database visits


class Table(NamedTuple):
    """Todos of ten users, a tenth each; the first one's are looked at."""

    owner: User
    client: APIClient
    page: int


# Of each user's todos half share one key, three in ten have no date, and the rest lie apart, before and behind;
# the oldest four fifths are completed.
FILL = """
    WITH RECURSIVE
        series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %(count)s),
        kinds AS (
            SELECT n, n / 10 %% 10 AS kind, n * 2003 %% 1000003 AS apart, n <= %(count)s * 0.8 AS old FROM series
        ),
        keys AS (
            SELECT *,
                CASE WHEN kind < 5 THEN 'b' WHEN kind = 8 THEN 'a' || apart ELSE 'c' || apart END AS title,
                CASE WHEN kind < 5 THEN 0 WHEN kind = 8 THEN -apart ELSE apart END AS moved
            FROM kinds
        )
    INSERT INTO todos_todo (
        owner_id, title, description, search_text, revision, position, status_position, created_at, updated_at,
        status, completed_at, due_at
    )
    SELECT %(first)s + n %% 10, title, '', title || %(separator)s, n, n, n, moment(n), moment(moved),
        CASE WHEN old THEN 'completed' ELSE 'open' END, CASE WHEN old THEN moment(n) END,
        CASE WHEN kind NOT IN (5, 6, 7) THEN moment(moved) END
    FROM keys ORDER BY n
"""
MOMENTS = {
    "sqlite": r"datetime('2026-01-01', (\1) || ' minutes')",
    "postgresql": r"('2026-01-01Z'::timestamptz + (\1) * INTERVAL '1 minute')",
}


@pytest.fixture
def table(transactional_db: None, rounds: Callable[[int, int], int]) -> Iterator[Table]:
    count, page = rounds(20_000, 1_000_000), rounds(10, 100)
    owner, *_ = [make_user(revision=count) for _ in range(10)]
    statement = re.sub(r"moment\((\w+)\)", MOMENTS[connection.vendor], FILL)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"count": count, "first": owner.pk, "separator": build_search_text("", "")})
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE todos_todo")
            if page < 100:
                # What it guesses to be a few rows it reads at once and sorts. Here all are few; at full size none.
                cursor.execute("SET enable_bitmapscan = off")
    yield Table(owner, client_for(owner), page)
    connection.close()


def places(table: Table, query: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and URL of pages at both ends, within the equal keys and the missing ones, at and across their borders."""
    todos = Todo.objects.owned_by(table.owner).filter(**{name: query[name] for name in query.keys() & {"status"}})
    ordering = Ordering.by_name(query["ordering"], filtered_by_status=False)
    keys = list(ordering.sort(todos).values_list("pk", flat=True))
    borders = [len(keys) * part // 100 for part in (10, 40, 60, 70, 85, 100)]
    yield f"{query} first", url(**query)
    for at in (0, *(border - before for border in borders for before in (1, table.page // 2))):
        todo = todos.get(pk=keys[at])
        yield f"{query} behind {at}", page_at(table, todo, query, backward=False)
        yield f"{query} before {at}", page_at(table, todo, query, backward=True)


def page_at(table: Table, todo: Todo, query: dict[str, Any], *, backward: bool) -> str:
    """Return the URL of the page before or behind a todo, without walking there."""
    request = Request(APIRequestFactory().get(url(**query)))
    request.user = table.owner
    cursor = Cursor.at(todo, read_ordering(request), backward=backward, revision=0, purged_revision=0)
    return page_url(request, cursor)


class Cost(NamedTuple):
    """Rows, or steps on SQLite; and blocks, of which a row needs no more than one."""

    visited: float
    blocks: int


def cost(call: Callable[[], Any]) -> Cost:
    """What the database visits for a call."""
    return {"sqlite": steps, "postgresql": rows_and_blocks}[connection.vendor](call)


def steps(call: Callable[[], Any]) -> Cost:
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.connection.set_progress_handler(step, 1)
    call()
    connection.connection.set_progress_handler(None, 1)
    return Cost(count, 0)


def rows_and_blocks(call: Callable[[], Any]) -> Cost:
    visited, blocks = 0.0, 0
    for statement in statements(call):
        if "todos_todo" in statement:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
                [[[explained]]] = cursor.fetchall()
            visited += rows(explained["Plan"])
            blocks += explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"]
    return Cost(visited, blocks)


def rows(node: dict[str, Any]) -> float:
    """How many rows the scans of a plan visited, those among them that were dropped too."""
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    own = sum(node.get(name, 0) for name in names) * node["Actual Loops"] if "Scan" in node["Node Type"] else 0
    return own + sum(map(rows, node.get("Plans", ())))


def test_a_page_costs_the_same_wherever_it_lies(table: Table) -> None:
    least = cost(lambda: list(Todo.objects.order_by()[: table.page + 1])).visited
    dear = {}
    for query in [{"ordering": name, **status, "limit": table.page} for status in STATUSES for name in ORDERINGS]:
        for place, target in places(table, query):
            spent = cost(partial(table.client.get, target))
            if max(spent) > 3 * least:
                dear[place] = spent
    assert dear == {}
