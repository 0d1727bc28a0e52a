"""The list of todos: whose they are, what it is narrowed to, how it is ordered, and which parameters it takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo, make_user
from todos.models import Todo, unguarded_todos

DATES = ("created", "updated", "completed", "due")
DATE_FILTERS = [f"{date}_{side}" for date in DATES for side in ("after", "before")]
FILTERS = [*DATE_FILTERS, "status", "search", "ordering"]
ORDERINGS = [sign + field for field in ("id", "updated_at", "due_at", "title") for sign in ("", "-")]
MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def listed(client: APIClient, **query: str) -> list[dict[str, Any]]:
    answer = client.get(reverse("todo-list"), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(client: APIClient, **query: str) -> list[str]:
    return [todo["title"] for todo in listed(client, **query)]


def error_of(client: APIClient, query: str, **headers: Any) -> dict[str, str]:
    """The one error that a query string, as it stands, is refused with."""
    answer = client.get(reverse("todo-list"), QUERY_STRING=query, **headers)
    assert answer.status_code == 400, answer.content
    body = answer.json()
    [error] = body["errors"]
    assert (body["type"], body["message"]) == ("validation_error", error["detail"])
    return error


def dated(owner: User, title: str, **columns: datetime) -> None:
    """A completed todo with dates that the API would set itself."""
    todo = make_todo(owner, title, status=Todo.Status.COMPLETED)
    unguarded_todos().filter(pk=todo.pk).update(**columns)


def around(owner: User, date: str) -> None:
    """Three todos, a microsecond before, at and after MOMENT by one of their dates alone."""
    for step, title in enumerate(("before", "at", "after"), start=-1):
        dated(owner, title, **{f"{date}_at": MOMENT + timedelta(microseconds=step)})


# Whose


def test_an_empty_list_is_an_empty_array(user_client: APIClient) -> None:
    assert listed(user_client) == []


def test_the_oldest_comes_first(user_client: APIClient, user: User) -> None:
    for title in ("c", "a", "b"):
        make_todo(user, title)
    assert titles(user_client) == ["c", "a", "b"]


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
def test_only_your_own_todos_appear(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    make_todo(make_user(), "Their milk")
    make_todo(user, "My milk")
    assert titles(user_client, **query) == ["My milk"]


@pytest.mark.parametrize("query", [{}, {"limit": "9"}, {"status": "open"}, {"search": "milk"}])
def test_deleted_todos_do_not_appear(user_client: APIClient, user: User, query: dict[str, str]) -> None:
    make_todo(user, "Kept milk")
    gone = make_todo(user, "Spilt milk")
    user_client.delete(reverse("todo-detail", args=[gone.pk]))
    assert titles(user_client, **query) == ["Kept milk"]


# Status


@pytest.mark.parametrize("status", ["open", "completed"])
def test_status_keeps_the_todos_that_have_it(user_client: APIClient, user: User, status: str) -> None:
    make_todo(user, "open")
    make_todo(user, "completed", status=Todo.Status.COMPLETED)
    assert titles(user_client, status=status) == [status]


@pytest.mark.parametrize("status", ["OPEN", "done", "null", "open,completed", "%20open", "%00"])
def test_another_status_is_refused(user_client: APIClient, status: str) -> None:
    error = error_of(user_client, f"status={status}")
    assert (error["code"], error["attr"]) == ("invalid_choice", "status")


# Dates


@pytest.mark.parametrize("date", DATES)
def test_after_includes_its_bound(user_client: APIClient, user: User, date: str) -> None:
    around(user, date)
    assert titles(user_client, **{f"{date}_after": "2026-03-29T01:30:15.123456Z"}) == ["at", "after"]


@pytest.mark.parametrize("date", DATES)
def test_before_includes_its_bound(user_client: APIClient, user: User, date: str) -> None:
    around(user, date)
    assert titles(user_client, **{f"{date}_before": "2026-03-29T01:30:15.123456Z"}) == ["before", "at"]


@pytest.mark.parametrize("date", DATES)
def test_two_bounds_make_a_range(user_client: APIClient, user: User, date: str) -> None:
    around(user, date)
    moment = "2026-03-29T01:30:15.123456Z"
    assert titles(user_client, **{f"{date}_after": moment, f"{date}_before": moment}) == ["at"]


@pytest.mark.parametrize(
    "bound", ["2026-03-29T07:15:15.123456+05:45", "2026-03-28T21:30:15.123456-0400", "2026-03-29t01:30:15.123456z"]
)
def test_a_bound_may_have_any_offset(user_client: APIClient, user: User, bound: str) -> None:
    around(user, "due")
    assert titles(user_client, due_after=bound) == ["at", "after"]


def test_a_bound_without_a_fraction_lies_before_the_rest_of_its_second(user_client: APIClient, user: User) -> None:
    dated(user, "whole", due_at=MOMENT.replace(microsecond=0))
    dated(user, "half", due_at=MOMENT.replace(microsecond=500_000))
    assert titles(user_client, due_before="2026-03-29T01:30:15Z") == ["whole"]
    assert titles(user_client, due_after="2026-03-29T01:30:15.000001Z") == ["half"]


@pytest.mark.parametrize("date", ["completed", "due"])
def test_a_todo_without_the_date_is_in_no_range(user_client: APIClient, user: User, date: str) -> None:
    make_todo(user)
    assert titles(user_client, **{f"{date}_after": "0001-01-01T00:00:00Z"}) == []
    assert titles(user_client, **{f"{date}_before": "9999-12-31T23:59:59.999999Z"}) == []


@pytest.mark.parametrize("date", DATES)
def test_the_edges_of_the_calendar_are_bounds_like_others(user_client: APIClient, user: User, date: str) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    dated(user, "first", **{f"{date}_at": first})
    dated(user, "last", **{f"{date}_at": last})
    assert titles(user_client, **{f"{date}_after": "0001-01-01T00:00:00Z"}) == ["first", "last"]
    assert titles(user_client, **{f"{date}_after": "9999-12-31T23:59:59.999999Z"}) == ["last"]
    assert titles(user_client, **{f"{date}_before": "0001-01-01T00:00:00Z"}) == ["first"]
    assert titles(user_client, **{f"{date}_before": "9999-12-31T23:59:59.999999Z"}) == ["first", "last"]


@pytest.mark.parametrize("name", DATE_FILTERS)
@pytest.mark.parametrize("bound", ["0001-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59.999999-00:01"])
def test_a_bound_outside_the_calendar_in_utc_is_refused(user_client: APIClient, name: str, bound: str) -> None:
    error = error_of(user_client, f"{name}={bound}")
    assert (error["code"], error["attr"]) == ("invalid", name)


@pytest.mark.parametrize("name", DATE_FILTERS)
def test_a_bound_without_an_offset_is_refused(user_client: APIClient, name: str) -> None:
    error = error_of(user_client, f"{name}=2026-12-24T18:00:00")
    assert (error["code"], error["attr"]) == ("invalid", name)
    assert "offset" in error["detail"]


@pytest.mark.parametrize("name", DATE_FILTERS)
def test_a_plus_that_was_not_escaped_is_explained(user_client: APIClient, name: str) -> None:
    error = error_of(user_client, f"{name}=2026-12-24T18:00:00+01:00")
    assert error["attr"] == name
    assert "%2B" in error["detail"]


@pytest.mark.parametrize(
    "bound",
    [
        "yesterday",
        "2026-12-24",
        "1798135200",
        "0000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-12-24T24:00:00Z",
        "2026-12-24T23:59:60Z",
        "2026-12-24T18:00:00.1234567Z",
        "2026-12-24T18:00:00%2B24:00",
        "%D9%A2%D9%A0%D9%A2%D9%A6-12-24T18:00:00Z",
        "2026-12-24T18:00:00Z%00",
        "%202026-12-24T18:00:00Z",
        "2026-12-24T18:00:00Z%0A",
        "%20",
    ],
)
def test_what_is_no_date_time_is_refused(user_client: APIClient, bound: str) -> None:
    error = error_of(user_client, f"due_after={bound}")
    assert (error["code"], error["attr"]) == ("invalid", "due_after")


# Search


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Buy milk", "MILK"),
        ("Bär, ÖL", "BÄR, öl"),
        ("Straße", "STRASSE"),
        ("STRASSE", "straße"),
        ("ΟΔΟΣ", "οδος"),
        ("οδος", "ΟΔΟΣ"),
        ("οδοσ", "οδος"),
        ("Привет", "ПРИВЕТ"),
        ("ﬁne", "FINE"),
        ("😀 fun", "😀"),
    ],
)
def test_search_ignores_case(user_client: APIClient, user: User, field: str, text: str, search: str) -> None:
    make_todo(user, "Another", description="thing")
    found = make_todo(user, **{"title": "Found", field: text})
    assert [todo["id"] for todo in listed(user_client, search=search)] == [found.pk]


@pytest.mark.parametrize("character", ["%", "_", "\\", "'", '"', "*", "?", "[a]", "\\%", "^", "$", ".", "(", "é"])
def test_every_character_of_a_search_is_literal(user_client: APIClient, user: User, character: str) -> None:
    make_todo(user, "ab axb a\u0301e")
    make_todo(user, f"a{character}b")
    assert titles(user_client, search=character) == [f"a{character}b"]
    assert titles(user_client, search=f"A{character}B") == [f"a{character}b"]


def test_the_spaces_of_a_search_count(user_client: APIClient, user: User) -> None:
    make_todo(user, "milk")
    make_todo(user, "Buy milk")
    assert titles(user_client, search=" milk") == ["Buy milk"]
    assert titles(user_client, search="milk ") == []


@pytest.mark.parametrize("between", ["", " ", "\n", "\x1f", "\x1e", "%", "_"])
def test_a_search_does_not_reach_from_the_title_into_the_description(
    user_client: APIClient, user: User, between: str
) -> None:
    make_todo(user, "Buy", description="milk")
    assert titles(user_client, search=f"buy{between}milk") == []


def test_a_character_that_no_todo_can_contain_is_found_nowhere(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy", description="milk")
    for code in (*range(1, 9), 11, 12, *range(14, 32)):
        assert titles(user_client, search=chr(code)) == []


def test_a_search_finds_the_text_as_it_now_is(user_client: APIClient, user: User) -> None:
    url = reverse("todo-detail", args=[make_todo(user, "Buy milk", description="today").pk])
    user_client.patch(url, {"title": "Buy bread"})
    user_client.patch(url, {"description": "tomorrow"})
    assert titles(user_client, search="bread") == titles(user_client, search="morrow") == ["Buy bread"]
    assert titles(user_client, search="milk") == titles(user_client, search="today") == []


@pytest.mark.parametrize("character", ["x", "ß", "ΐ", "😀", "%", "\\"])
def test_a_search_has_at_most_200_characters(user_client: APIClient, user: User, character: str) -> None:
    make_todo(user, "Long", description=character * 200)
    make_todo(user, "Short", description=character * 199)
    assert titles(user_client, search=character * 200) == ["Long"]
    answer = user_client.get(reverse("todo-list"), {"search": character * 201})
    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [("max_length", "search")]


@pytest.mark.parametrize("search", ["%00", "milk%00", "+".join(["word"] * 2_000)])
def test_a_search_that_cannot_be_is_refused(user_client: APIClient, search: str) -> None:
    assert error_of(user_client, f"search={search}")["attr"] == "search"


def test_filters_narrow_together(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy milk")
    make_todo(user, "Buy bread", due_at=MOMENT)
    make_todo(user, "Buy butter", due_at=MOMENT, status=Todo.Status.COMPLETED)
    make_todo(user, "Sell bread", due_at=MOMENT)
    query = {"search": "buy", "status": "open", "due_after": "2026-03-29T00:00:00Z", "ordering": "title"}
    assert titles(user_client, **query) == ["Buy bread"]


# Order


@pytest.fixture
def tied(user: User) -> None:
    """Todos with many equal keys, and some without a date."""
    for number in range(12):
        todo = make_todo(
            user, "bca"[number % 3], due_at=(MOMENT + timedelta(days=-number // 4)) if number % 4 else None
        )
        unguarded_todos().filter(pk=todo.pk).update(updated_at=MOMENT + timedelta(days=number % 2))


@pytest.mark.parametrize("field", ["id", "updated_at", "due_at", "title"])
def test_ties_are_by_id_and_missing_dates_come_last(user_client: APIClient, tied: None, field: str) -> None:
    rows = listed(user_client)
    keyed = sorted((row[field], row["id"]) for row in rows if row[field] is not None)
    missing = [row["id"] for row in rows if row[field] is None]
    assert [row["id"] for row in listed(user_client, ordering=field)] == [id for _, id in keyed] + missing


@pytest.mark.parametrize("field", ["id", "updated_at", "due_at", "title"])
def test_a_minus_reverses_the_ties_too_but_missing_dates_stay_last(
    user_client: APIClient, tied: None, field: str
) -> None:
    rows = listed(user_client)
    keyed = sorted((row[field], row["id"]) for row in rows if row[field] is not None)
    missing = [row["id"] for row in rows if row[field] is None]
    assert [row["id"] for row in listed(user_client, ordering=f"-{field}")] == [id for _, id in keyed[::-1]] + missing[
        ::-1
    ]


def test_titles_are_ordered_by_code_point(user_client: APIClient, user: User) -> None:
    ordered = ["!", "10", "9", "B", "Z", "Z a", "Z-", "Za", "_", "a", "b", "e\u0301", "é", "я", "ﬀ", "\uffee", "😀"]
    for title in ordered[1::2] + ordered[::2]:
        make_todo(user, title)
    assert titles(user_client, ordering="title") == ordered
    assert titles(user_client, ordering="-title") == ordered[::-1]


def test_dates_at_the_edges_of_the_calendar_are_in_order(user_client: APIClient, user: User) -> None:
    moments = [datetime.max, datetime(999, 1, 1), datetime.min, datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 1)]
    for moment in moments:
        make_todo(user, due_at=moment.replace(tzinfo=UTC))
    expected = ["0001-01-01T00:00:00Z", "0999-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    expected += ["2026-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"]
    assert [todo["due_at"] for todo in listed(user_client, ordering="due_at")] == expected
    assert [todo["due_at"] for todo in listed(user_client, ordering="-due_at")] == expected[::-1]


@pytest.mark.parametrize(
    "ordering", ["created_at", "description", "owner", "--id", "%2Bid", "ID", "id,title", "%20id", "?", "%00"]
)
def test_another_ordering_is_refused(user_client: APIClient, ordering: str) -> None:
    error = error_of(user_client, f"ordering={ordering}")
    assert (error["code"], error["attr"]) == ("invalid_choice", "ordering")


# Parameters


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("stauts", "status"),
        ("serach", "search"),
        ("order", "ordering"),
        ("limt", "limit"),
        ("curser", "cursor"),
        ("dueafter", "due_after"),
        ("completed-before", "completed_before"),
        ("fromat", "format"),
    ],
)
def test_an_unknown_parameter_names_the_nearest(user_client: APIClient, name: str, nearest: str) -> None:
    error = error_of(user_client, f"{name}=1")
    assert (error["code"], error["attr"]) == ("unknown", name)
    assert f"'{nearest}'" in error["detail"]


@pytest.mark.parametrize("name", ["q", "owner", "created_by", "id", "title", "%C3%A4", "a%5B%5D", "%00", "x" * 1_000])
def test_an_unknown_parameter_is_refused_whatever_it_is(user_client: APIClient, name: str) -> None:
    assert error_of(user_client, f"{name}=1")["code"] == "unknown"


@pytest.mark.parametrize("query", ["status=open&status=open", "status=open&status=completed", "limit=1&limit=2"])
def test_a_repeated_parameter_is_refused(user_client: APIClient, query: str) -> None:
    error = error_of(user_client, query)
    assert (error["code"], error["attr"]) == ("repeated", query.partition("=")[0])


@pytest.mark.parametrize("name", [*FILTERS, "limit", "cursor", "format"])
@pytest.mark.parametrize("sign", ["=", ""])
def test_an_empty_parameter_is_refused(user_client: APIClient, name: str, sign: str) -> None:
    error = error_of(user_client, f"{name}{sign}")
    assert (error["code"], error["attr"]) == ("empty", name)


def test_every_wrong_parameter_is_named(user_client: APIClient) -> None:
    answer = user_client.get(reverse("todo-list"), QUERY_STRING="q=1&status=&limit=1&limit=2")
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [
        ("unknown", "q"),
        ("empty", "status"),
        ("repeated", "limit"),
    ]


def test_every_wrong_value_is_named(user_client: APIClient) -> None:
    answer = user_client.get(reverse("todo-list"), {"status": "done", "due_after": "never", "ordering": "colour"})
    assert sorted(error["attr"] for error in answer.json()["errors"]) == ["due_after", "ordering", "status"]


def test_in_a_browser_an_empty_parameter_is_absent(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy milk")
    query = dict.fromkeys([*FILTERS, "limit", "cursor", "format"], "")
    answer = user_client.get(reverse("todo-list"), query, HTTP_ACCEPT=BROWSER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert "Buy milk" in answer.content.decode()


@pytest.mark.parametrize("query", ["stauts=open", "status=open&status=open", "status=done", "due_after=now", "limit=0"])
def test_in_a_browser_other_faults_are_refused_as_ever(user_client: APIClient, query: str) -> None:
    answer = user_client.get(reverse("todo-list"), QUERY_STRING=query, HTTP_ACCEPT=BROWSER)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.in_process("a REST API decodes the query itself")
@pytest.mark.parametrize(
    "query", ["search=%FF", "search=%C3", "search=%ED%A0%80", "%FF=1", "search=\xff", "search=caf\xe9"]
)
def test_a_query_that_is_not_utf8_is_refused(user_client: APIClient, query: str) -> None:
    error = error_of(user_client, query)
    assert (error["code"], error["attr"]) == ("invalid_utf8", None)


def test_a_query_in_utf8_need_not_be_escaped(user_client: APIClient, user: User) -> None:
    make_todo(user, "Äpfel")
    answer = user_client.get(reverse("todo-list"), QUERY_STRING="search=äpfel".encode().decode("latin-1"))
    assert [todo["title"] for todo in answer.json()] == ["Äpfel"]


def test_parameters_without_number_are_refused(user_client: APIClient) -> None:
    answer = user_client.get(reverse("todo-list"), QUERY_STRING="&".join(["status=open"] * 2_000))
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1


# Format


@pytest.mark.parametrize(
    ("form", "accept", "content_type"),
    [("json", BROWSER, "application/json"), ("api", "application/json", "text/html; charset=utf-8")],
)
def test_format_wins_over_accept(user_client: APIClient, form: str, accept: str, content_type: str) -> None:
    answer = user_client.get(reverse("todo-list"), {"format": form}, HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize("form", ["xml", "JSON", "html", "%00", "json%20"])
@pytest.mark.parametrize("accept", ["application/json", BROWSER])
def test_an_unknown_format_is_refused(user_client: APIClient, form: str, accept: str) -> None:
    error = error_of(user_client, f"format={form}", HTTP_ACCEPT=accept)
    assert (error["code"], error["attr"]) == ("invalid_choice", "format")


def test_the_page_of_a_list_has_a_form_for_a_new_todo_and_none_for_all_at_once(user_client: APIClient) -> None:
    page = user_client.get(reverse("todo-list"), headers={"Accept": "text/html"}).content.decode()
    assert 'data-method="DELETE"' not in page
    assert ">PATCH<" not in page
    assert "POST" in page
