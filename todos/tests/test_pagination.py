"""Lists in pages: their limits and cursors, where their links lead, and when a list is too long to be whole."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from django.db.models import F
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import client_for, make_todo, make_user
from todos.models import Todo, build_search_text, unguarded_todos

ORDERINGS = [sign + field for field in ("id", "updated_at", "due_at", "title") for sign in ("", "-")]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE_BYTES = 4_000_000
WIDEST = "\u2028"  # Six bytes in JSON, the most that a character takes.


def add(owner: User, *rows: dict[str, Any]) -> list[Todo]:
    """Many todos at once, with columns that the API would set itself."""
    first = User.objects.get(pk=owner.pk).revision + 1
    User.objects.filter(pk=owner.pk).update(revision=F("revision") + len(rows))
    todos = []
    for revision, row in enumerate(rows, start=first):
        todo = Todo(
            owner=owner,
            revision=revision,
            position=revision,
            status_position=revision,
            **{"title": "Milk", "created_at": MOMENT, "updated_at": MOMENT} | row,
        )
        todo.search_text = build_search_text(todo.title, todo.description)
        todos.append(todo)
    return unguarded_todos().bulk_create(todos, batch_size=500)


def varied(number: int) -> dict[str, Any]:
    """One of many rows with equal keys, missing dates, both statuses, and some deleted."""
    return {
        "title": "bbacb"[number % 5],
        "due_at": (None, MOMENT, MOMENT, None, MOMENT + timedelta(days=number % 3))[number * 7 % 5],
        "updated_at": MOMENT + timedelta(hours=number * 5 % 3),
        "status": "open" if number % 4 else "completed",
        "completed_at": None if number % 4 else MOMENT,
        "deleted_at": MOMENT if number % 9 == 0 else None,
    }


@pytest.fixture
def many(user: User) -> None:
    """19 live todos of the user; between them deleted ones, and another user's."""
    rows = [varied(number) for number in range(22)]
    add(user, *rows[:11])
    add(make_user(), *rows)
    add(user, *rows[11:])


@pytest.fixture
def ten(user: User) -> list[Todo]:
    return add(user, *({"title": f"Todo {number}"} for number in range(10)))


def url(**query: Any) -> str:
    return f"{reverse('todo-list')}?{urlencode(query)}"


def links(answer: Any) -> dict[str, str]:
    return {rel: target for target, rel in re.findall(r'<([^>]*)>; rel="([a-z]+)"', answer.headers.get("Link", ""))}


def pages(client: APIClient, start: str, rel: str = "next") -> Iterator[Any]:
    """The answers from `start` on, each read only when it is asked for."""
    target = start
    for _ in range(100):
        answer = client.get(target)
        assert answer.status_code == 200, answer.content
        yield answer
        if rel not in links(answer):
            return
        target = links(answer)[rel]
    raise AssertionError("The pages have no end.")


def ids(*answers: Any) -> list[int]:
    return [todo["id"] for answer in answers for todo in answer.json()]


def error_of(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    return error["code"], error["attr"]


def cursor_of(answer: Any, rel: str = "next") -> str:
    return parse_qs(urlsplit(links(answer)[rel]).query)["cursor"][0]


# Limits


@pytest.mark.parametrize("limit", [1, 9, 200])
def test_a_page_has_at_most_limit_rows(user_client: APIClient, user: User, limit: int) -> None:
    add(user, *[{}] * 201)
    assert len(user_client.get(url(limit=limit)).json()) == limit


@pytest.mark.parametrize(
    "limit", ["0", "201", "-1", "+5", " 5", "5 ", "1_0", "٣", "abc", "1.0", "1e1", "05", "0x5", "9" * 5_000, "\0"]
)
def test_another_limit_is_refused(user_client: APIClient, limit: str) -> None:
    assert error_of(user_client.get(url(limit=limit))) == ("invalid", "limit")


@pytest.mark.parametrize("limit", ["9", "10", "200"])
def test_without_more_rows_there_are_no_links(user_client: APIClient, ten: list[Todo], limit: str) -> None:
    answer = user_client.get(url(limit=limit))
    assert ("Link" in answer.headers) is (limit == "9")


def test_a_whole_list_and_an_empty_page_have_no_links(user_client: APIClient, ten: list[Todo]) -> None:
    assert "Link" not in user_client.get(url()).headers
    assert "Link" not in user_client.get(url(limit=1, search="nothing like it")).headers


# Walks


@pytest.mark.parametrize("status", [{}, {"status": "open"}])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_walk_visits_every_row_once_in_the_order_of_the_list(
    user_client: APIClient, many: None, ordering: str, status: dict[str, str]
) -> None:
    whole = ids(user_client.get(url(ordering=ordering, **status)))
    assert len(whole) == (14 if status else 19)
    for limit in (1, 3, 7):
        forwards = list(pages(user_client, url(ordering=ordering, limit=limit, **status)))
        backwards = list(pages(user_client, links(forwards[-1])["prev"], "prev"))
        assert ids(*forwards) == whole
        assert ids(*backwards[::-1], forwards[-1]) == whole
        assert {len(answer.json()) for answer in [*forwards[:-1], *backwards[:-1]]} == {limit}


@pytest.mark.parametrize(
    "query",
    [
        {"search": "ä%_+&=#;", "ordering": "-title"},
        {"due_after": "2026-01-01T01:00:00+01:00", "ordering": "-due_at"},
        {"updated_before": "2026-01-01T01:00:00Z", "status": "open", "ordering": "updated_at"},
        {"created_after": "2026-01-01T00:00:00Z", "format": "json"},
    ],
)
def test_a_walk_keeps_the_filters(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    add(user, *(varied(number) | {"description": ("ä%_+&=#; b", "ä%_+&=# b")[number % 2]} for number in range(20)))
    whole = ids(user_client.get(url(**query)))
    assert 4 < len(whole) < 18 or "format" in query
    assert ids(*pages(user_client, url(limit=2, **query))) == whole


def test_the_first_page_read_backwards_has_no_previous_one(user_client: APIClient, ten: list[Todo]) -> None:
    second = user_client.get(links(user_client.get(url(limit=4)))["next"])
    first = user_client.get(links(second)["prev"])
    assert ids(first) == [todo.pk for todo in ten[:4]]
    assert list(links(first)) == ["next"]
    assert ids(user_client.get(links(first)["next"])) == ids(second)


def test_dates_at_the_edges_of_the_calendar_can_be_walked(user_client: APIClient, user: User) -> None:
    for moment in (datetime.max, datetime(999, 1, 1), datetime.min, datetime.max, datetime.min):
        make_todo(user, due_at=moment.replace(tzinfo=UTC))
    for ordering in ("due_at", "-due_at"):
        assert ids(*pages(user_client, url(limit=1, ordering=ordering))) == ids(user_client.get(url(ordering=ordering)))


def test_titles_of_all_scripts_can_be_walked(user_client: APIClient, user: User) -> None:
    add(user, *({"title": title} for title in ("😀", "é", "Z", "a", "ﬀ", "é", "'", '"', "\\", "%", "a\u2028b", "😀")))
    for ordering in ("title", "-title"):
        assert ids(*pages(user_client, url(limit=1, ordering=ordering))) == ids(user_client.get(url(ordering=ordering)))


# Links


def test_links_are_absolute_and_keep_the_query(user_client: APIClient, ten: list[Todo]) -> None:
    query = {"ordering": "-title", "search": "todo", "status": "open", "limit": "2", "format": "json"}
    second = user_client.get(links(user_client.get(url(**query)))["next"])
    for target in links(second).values():
        parts = urlsplit(target)
        assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", reverse("todo-list"))
        assert {name: values for name, values in parse_qs(parts.query).items() if name != "cursor"} == {
            name: [value] for name, value in query.items()
        }
    assert list(links(second)) == ["next", "prev"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_path_of_a_link_ends_in_a_slash(user_client: APIClient, ten: list[Todo], slash: str) -> None:
    answer = user_client.get(f"{reverse('todo-list').rstrip('/')}{slash}?limit=2")
    assert urlsplit(links(answer)["next"]).path == reverse("todo-list")


def test_links_keep_the_prefix_of_the_stage(user_client: APIClient, ten: list[Todo]) -> None:
    answer = user_client.get(url(limit=2), SCRIPT_NAME="/dev")
    assert links(answer)["next"].startswith("http://testserver/dev/todos/?")


def test_a_link_is_one_line_of_ascii(user_client: APIClient, user: User) -> None:
    add(user, *[{"description": 'Ä>"\r\n'}] * 3)
    link = user_client.get(url(limit=2, search='Ä>"\r\n', ordering="title")).headers["Link"]
    assert link.isascii()
    assert link.isprintable()
    assert link.count(">") == 1


# Cursors


def test_a_cursor_needs_a_limit(user_client: APIClient, ten: list[Todo]) -> None:
    cursor = cursor_of(user_client.get(url(limit=2)))
    assert error_of(user_client.get(url(cursor=cursor))) == ("invalid", "cursor")


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_a_cursor_goes_with_any_limit(user_client: APIClient, ten: list[Todo], limit: int) -> None:
    cursor = cursor_of(user_client.get(url(limit=2)))
    assert ids(user_client.get(url(limit=limit, cursor=cursor))) == [todo.pk for todo in ten[2 : 2 + limit]]


def test_a_cursor_goes_with_any_order_of_the_parameters(user_client: APIClient, ten: list[Todo]) -> None:
    cursor = cursor_of(user_client.get(url(limit=2, status="open", ordering="title")))
    answer = user_client.get(url(ordering="title", cursor=cursor, status="open", limit=2))
    assert ids(answer) == [todo.pk for todo in ten[2:4]]


@pytest.mark.parametrize("place", [0, 5, 20, -20, -1])
def test_an_edited_cursor_is_refused(user_client: APIClient, ten: list[Todo], place: int) -> None:
    cursor = cursor_of(user_client.get(url(limit=2)))
    letters = list(cursor)
    letters[place] = "A" if letters[place] != "A" else "B"
    assert error_of(user_client.get(url(limit=2, cursor="".join(letters)))) == ("invalid", "cursor")


def test_a_truncated_or_lengthened_cursor_is_refused(user_client: APIClient, ten: list[Todo]) -> None:
    cursor = cursor_of(user_client.get(url(limit=2)))
    for edited in [
        *(cursor[:end] for end in range(1, len(cursor))),
        f"{cursor}A",
        f"{cursor} ",
        cursor[1:],
        cursor * 2,
    ]:
        assert error_of(user_client.get(url(limit=2, cursor=edited))) == ("invalid", "cursor")


@pytest.mark.parametrize(
    "cursor", ["x", "1", ":", "::", "e30:x", ".e30:x", "cD0xMjM=", "ä:ö", "😀", "\0", "null", "[]", "x" * 20_000, " "]
)
def test_what_is_no_cursor_is_refused(user_client: APIClient, ten: list[Todo], cursor: str) -> None:
    assert error_of(user_client.get(url(limit=2, cursor=cursor))) == ("invalid", "cursor")


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
def test_a_cursor_of_another_query_is_refused(user_client: APIClient, ten: list[Todo], query: dict[str, str]) -> None:
    cursor = cursor_of(user_client.get(url(limit=2, ordering="due_at")))
    assert error_of(user_client.get(url(limit=2, cursor=cursor, **query))) == ("invalid", "cursor")


def test_a_cursor_of_another_user_is_refused(user_client: APIClient, ten: list[Todo]) -> None:
    other = make_user()
    add(other, *[{}] * 3)
    cursor = cursor_of(client_for(other).get(url(limit=2)))
    assert error_of(user_client.get(url(limit=2, cursor=cursor))) == ("invalid", "cursor")


def test_in_a_browser_a_cursor_without_a_limit_is_refused_too(user_client: APIClient, ten: list[Todo]) -> None:
    cursor = quote(cursor_of(user_client.get(url(limit=2))))
    answer = user_client.get(f"{reverse('todo-list')}?limit=&status=&cursor={cursor}", HTTP_ACCEPT="text/html")
    assert answer.status_code == 400


# Other writes meanwhile


@pytest.fixture
def halves(many: None, user: User) -> tuple[list[int], list[int]]:
    """The todos that stay as they are, and those that something happens to."""
    live = list(Todo.objects.owned_by(user).live().values_list("pk", flat=True))
    return live[::2], live[1::2]


def disturb(client: APIClient, victim: int) -> None:
    """Delete or change a todo, so that it moves to another place; sometimes another one is added."""
    target = reverse("todo-detail", args=[victim])
    early = {"title": "a", "due_at": "2025-01-01T00:00:00Z", "status": "completed"}
    late = {"title": "z", "due_at": None, "status": "open"}
    match victim % 3:
        case 0:
            client.delete(target)
        case 1:
            client.patch(target, early)
            client.post(reverse("todo-list"), late)
        case 2:
            client.patch(target, late)
            client.post(reverse("todo-list"), early)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_walk_visits_every_unchanged_row_once_whatever_else_is_written(
    user_client: APIClient, halves: tuple[list[int], list[int]], ordering: str, backwards: bool
) -> None:
    stay, victims = halves
    expected = [number for number in ids(user_client.get(url(ordering=ordering))) if number in stay]
    start, rel = url(ordering=ordering, limit=3), "next"
    if backwards:
        *_, last = pages(user_client, start)
        expected = [number for number in expected if number not in ids(last)][::-1]
        start, rel = links(last)["prev"], "prev"
    visited: list[int] = []
    for answer in pages(user_client, start, rel):
        visited += ids(answer)[::-1] if backwards else ids(answer)
        for victim in [victims.pop() for _ in victims[:2]]:
            disturb(user_client, victim)
    assert [number for number in visited if number in stay] == expected


@pytest.mark.parametrize("ordering", ["id", "title", "due_at", "-due_at", "updated_at"])
def test_a_page_begins_where_its_cursors_row_was(user_client: APIClient, ten: list[Todo], ordering: str) -> None:
    first = user_client.get(url(limit=3, ordering=ordering))
    expected = ids(user_client.get(links(first)["next"]))
    user_client.delete(reverse("todo-detail", args=[ids(first)[-1]]))
    assert ids(user_client.get(links(first)["next"])) == expected


def test_a_page_begins_where_its_cursors_row_was_sorted(user_client: APIClient, ten: list[Todo]) -> None:
    first = user_client.get(url(limit=3, ordering="title"))
    user_client.patch(reverse("todo-detail", args=[ids(first)[-1]]), {"title": "Zebra"})
    assert ids(user_client.get(links(first)["next"])) == [todo.pk for todo in ten[3:6]]


def test_from_an_emptied_page_a_link_leads_back(user_client: APIClient, ten: list[Todo]) -> None:
    second = user_client.get(links(user_client.get(url(limit=5)))["next"])
    for todo in ten[:5]:
        user_client.delete(reverse("todo-detail", args=[todo.pk]))
    emptied = user_client.get(links(second)["prev"])
    assert (ids(emptied), list(links(emptied))) == ([], ["next"])
    assert ids(user_client.get(links(emptied)["next"])) == ids(second)


def test_from_an_emptied_last_page_a_link_leads_back(user_client: APIClient, ten: list[Todo]) -> None:
    first = user_client.get(url(limit=5))
    for todo in ten[5:]:
        user_client.delete(reverse("todo-detail", args=[todo.pk]))
    emptied = user_client.get(links(first)["next"])
    assert (ids(emptied), list(links(emptied))) == ([], ["prev"])
    assert ids(user_client.get(links(emptied)["prev"])) == ids(first)


# Whole lists


def test_a_whole_list_has_at_most_5000_rows(user_client: APIClient, user: User) -> None:
    add(user, *[{}] * 5_000, {"deleted_at": MOMENT})
    add(make_user(), {})
    assert len(user_client.get(url()).json()) == 5_000
    make_todo(user, "Bread")
    assert error_of(user_client.get(url())) == ("pagination_required", "limit")
    assert len(user_client.get(url(limit=200)).json()) == 200
    assert len(user_client.get(url(search="bread")).json()) == 1


def test_a_whole_list_has_at_most_4_megabytes(user_client: APIClient, user: User) -> None:
    last = add(user, *[{"description": WIDEST * 2_000}] * 327, {})[-1]
    missing = WHOLE_BYTES - len(user_client.get(url()).content)
    assert 0 < missing < 6 * 2_000
    description = WIDEST * (missing // 6) + "x" * (missing % 6)
    unguarded_todos().filter(pk=last.pk).update(description=description)
    assert len(user_client.get(url()).content) == WHOLE_BYTES
    unguarded_todos().filter(pk=last.pk).update(description=f"{description}x")
    assert error_of(user_client.get(url())) == ("pagination_required", "limit")
    assert user_client.get(url(limit=200)).status_code == 200
