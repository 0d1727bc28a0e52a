"""The filters `created_after`, `due_before` and so on."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.todo_rows import update_columns
from testing.todos import fetch_list_error, fetch_titles
from todos.models import Todo

DATES = ("created", "updated", "completed", "due")
DATE_FILTERS = [f"{date}_{side}" for date in DATES for side in ("after", "before")]
MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)


def make_completed_todo(owner: User, title: str, **columns: datetime) -> None:
    """Make a completed todo, with dates in columns that the API would set itself."""
    update_columns(make_todo(owner, title, status=Todo.Status.COMPLETED), **columns)


def make_todos_around_moment(owner: User, date: str) -> None:
    """Make three todos, one of whose dates is a microsecond before MOMENT, at it, and a microsecond after it."""
    for step, title in enumerate(("before", "at", "after"), start=-1):
        make_completed_todo(owner, title, **{f"{date}_at": MOMENT + timedelta(microseconds=step)})


@pytest.mark.parametrize("date", DATES)
def test_after_includes_its_bound(user_client: APIClient, user: User, date: str) -> None:
    make_todos_around_moment(user, date)
    assert fetch_titles(user_client, **{f"{date}_after": "2026-03-29T01:30:15.123456Z"}) == ["at", "after"]


@pytest.mark.parametrize("date", DATES)
def test_before_includes_its_bound(user_client: APIClient, user: User, date: str) -> None:
    make_todos_around_moment(user, date)
    assert fetch_titles(user_client, **{f"{date}_before": "2026-03-29T01:30:15.123456Z"}) == ["before", "at"]


@pytest.mark.parametrize("date", DATES)
def test_two_bounds_select_a_range(user_client: APIClient, user: User, date: str) -> None:
    make_todos_around_moment(user, date)
    moment = "2026-03-29T01:30:15.123456Z"
    assert fetch_titles(user_client, **{f"{date}_after": moment, f"{date}_before": moment}) == ["at"]


@pytest.mark.parametrize(
    "bound", ["2026-03-29T07:15:15.123456+05:45", "2026-03-28T21:30:15.123456-0400", "2026-03-29t01:30:15.123456z"]
)
def test_bound_may_have_any_offset(user_client: APIClient, user: User, bound: str) -> None:
    make_todos_around_moment(user, "due")
    assert fetch_titles(user_client, due_after=bound) == ["at", "after"]


def test_bound_without_a_fraction_is_the_start_of_its_second(user_client: APIClient, user: User) -> None:
    make_completed_todo(user, "whole", due_at=MOMENT.replace(microsecond=0))
    make_completed_todo(user, "half", due_at=MOMENT.replace(microsecond=500_000))
    assert fetch_titles(user_client, due_before="2026-03-29T01:30:15Z") == ["whole"]
    assert fetch_titles(user_client, due_after="2026-03-29T01:30:15.000001Z") == ["half"]


@pytest.mark.parametrize("date", ["completed", "due"])
def test_todo_without_the_date_is_in_no_range(user_client: APIClient, user: User, date: str) -> None:
    make_todo(user)
    assert fetch_titles(user_client, **{f"{date}_after": "0001-01-01T00:00:00Z"}) == []
    assert fetch_titles(user_client, **{f"{date}_before": "9999-12-31T23:59:59.999999Z"}) == []


@pytest.mark.parametrize("date", DATES)
def test_earliest_and_latest_possible_dates_work_as_bounds(user_client: APIClient, user: User, date: str) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    make_completed_todo(user, "first", **{f"{date}_at": first})
    make_completed_todo(user, "last", **{f"{date}_at": last})
    assert fetch_titles(user_client, **{f"{date}_after": "0001-01-01T00:00:00Z"}) == ["first", "last"]
    assert fetch_titles(user_client, **{f"{date}_after": "9999-12-31T23:59:59.999999Z"}) == ["last"]
    assert fetch_titles(user_client, **{f"{date}_before": "0001-01-01T00:00:00Z"}) == ["first"]
    assert fetch_titles(user_client, **{f"{date}_before": "9999-12-31T23:59:59.999999Z"}) == ["first", "last"]


@pytest.mark.any_database
@pytest.mark.parametrize("name", DATE_FILTERS)
@pytest.mark.parametrize("bound", ["0001-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59.999999-00:01"])
def test_bound_outside_years_1_to_9999_in_utc_is_refused(user_client: APIClient, name: str, bound: str) -> None:
    error = fetch_list_error(user_client, f"{name}={bound}")
    assert (error["code"], error["attr"]) == ("invalid", name)


@pytest.mark.any_database
@pytest.mark.parametrize("name", DATE_FILTERS)
def test_bound_without_an_offset_is_refused(user_client: APIClient, name: str) -> None:
    error = fetch_list_error(user_client, f"{name}=2026-12-24T18:00:00")
    assert (error["code"], error["attr"]) == ("invalid", name)
    assert "offset" in error["detail"]


@pytest.mark.any_database
@pytest.mark.parametrize("name", DATE_FILTERS)
def test_error_for_an_unescaped_plus_says_to_escape_it(user_client: APIClient, name: str) -> None:
    error = fetch_list_error(user_client, f"{name}=2026-12-24T18:00:00+01:00")
    assert error["attr"] == name
    assert "%2B" in error["detail"]


def test_digits_beyond_microseconds_of_a_bound_are_cut(user_client: APIClient, user: User) -> None:
    make_todo(user, due_at=datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC))
    assert len(fetch_titles(user_client, due_after="2026-03-29T01:30:15.1234569Z")) == 1
    assert fetch_titles(user_client, due_after="2026-03-29T01:30:15.1234579Z") == []


@pytest.mark.any_database
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
        "2026-12-24T18:00:00.Z",
        "2026-12-24T18:00:00%2B24:00",
        "%D9%A2%D9%A0%D9%A2%D9%A6-12-24T18:00:00Z",
        "2026-12-24T18:00:00Z%00",
        "%202026-12-24T18:00:00Z",
        "2026-12-24T18:00:00Z%0A",
        "%20",
    ],
)
def test_invalid_date_time_bound_is_refused(user_client: APIClient, bound: str) -> None:
    error = fetch_list_error(user_client, f"due_after={bound}")
    assert (error["code"], error["attr"]) == ("invalid", "due_after")
