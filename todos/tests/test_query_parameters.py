"""Which query parameters the list accepts, and in which format it responds."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.todos import fetch_list_error, list_url

pytestmark = pytest.mark.any_database

DATE_FILTERS = [f"{date}_{side}" for date in ("created", "updated", "completed", "due") for side in ("after", "before")]
FILTERS = [*DATE_FILTERS, "status", "search", "ordering"]
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


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
def test_error_for_an_unknown_parameter_suggests_the_nearest_name(
    user_client: APIClient, name: str, nearest: str
) -> None:
    error = fetch_list_error(user_client, f"{name}=1")
    assert (error["code"], error["attr"]) == ("unknown", name)
    assert f"'{nearest}'" in error["detail"]


@pytest.mark.parametrize("name", ["q", "owner", "created_by", "id", "title", "%C3%A4", "a%5B%5D", "%00", "x" * 1_000])
def test_unknown_parameter_is_refused(user_client: APIClient, name: str) -> None:
    assert fetch_list_error(user_client, f"{name}=1")["code"] == "unknown"


@pytest.mark.parametrize("query", ["status=open&status=open", "status=open&status=completed", "limit=1&limit=2"])
def test_repeated_parameter_is_refused(user_client: APIClient, query: str) -> None:
    error = fetch_list_error(user_client, query)
    assert (error["code"], error["attr"]) == ("repeated", query.partition("=")[0])


@pytest.mark.parametrize("name", [*FILTERS, "limit", "cursor", "format"])
@pytest.mark.parametrize("sign", ["=", ""])
def test_empty_parameter_is_refused(user_client: APIClient, name: str, sign: str) -> None:
    error = fetch_list_error(user_client, f"{name}{sign}")
    assert (error["code"], error["attr"]) == ("empty", name)


def test_every_invalid_parameter_is_reported(user_client: APIClient) -> None:
    response = user_client.get(list_url(), QUERY_STRING="q=1&status=&limit=1&limit=2")
    assert [(error["code"], error["attr"]) for error in response.json()["errors"]] == [
        ("unknown", "q"),
        ("empty", "status"),
        ("repeated", "limit"),
    ]


def test_every_invalid_value_is_reported(user_client: APIClient) -> None:
    response = user_client.get(list_url(), {"status": "done", "due_after": "never", "ordering": "colour"})
    assert sorted(error["attr"] for error in response.json()["errors"]) == ["due_after", "ordering", "status"]


def test_empty_parameter_is_ignored_for_html(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy milk")
    query = dict.fromkeys([*FILTERS, "limit", "cursor", "format"], "")
    response = user_client.get(list_url(), query, HTTP_ACCEPT=BROWSER)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "Buy milk" in response.content.decode()


@pytest.mark.parametrize("query", ["stauts=open", "status=open&status=open", "status=done", "due_after=now", "limit=0"])
def test_other_invalid_queries_are_refused_for_html(user_client: APIClient, query: str) -> None:
    response = user_client.get(list_url(), QUERY_STRING=query, HTTP_ACCEPT=BROWSER)
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.in_process("a REST API decodes the query itself")
@pytest.mark.parametrize(
    "query", ["search=%FF", "search=%C3", "search=%ED%A0%80", "%FF=1", "search=\xff", "search=caf\xe9"]
)
def test_query_that_is_not_utf8_is_refused(user_client: APIClient, query: str) -> None:
    error = fetch_list_error(user_client, query)
    assert (error["code"], error["attr"]) == ("invalid_utf8", None)


def test_unescaped_utf8_query_is_accepted(user_client: APIClient, user: User) -> None:
    make_todo(user, "Äpfel")
    response = user_client.get(list_url(), QUERY_STRING="search=äpfel".encode().decode("latin-1"))
    assert [todo["title"] for todo in response.json()] == ["Äpfel"]


def test_too_many_parameters_are_refused(user_client: APIClient) -> None:
    response = user_client.get(list_url(), QUERY_STRING="&".join(["status=open"] * 2_000))
    assert response.status_code == 400
    assert len(response.json()["errors"]) == 1


# Format


@pytest.mark.parametrize(
    ("form", "accept", "content_type"),
    [("json", BROWSER, "application/json"), ("api", "application/json", "text/html; charset=utf-8")],
)
def test_format_takes_precedence_over_accept(user_client: APIClient, form: str, accept: str, content_type: str) -> None:
    response = user_client.get(list_url(), {"format": form}, HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize("form", ["xml", "JSON", "html", "%00", "json%20"])
@pytest.mark.parametrize("accept", ["application/json", BROWSER])
def test_unknown_format_is_refused(user_client: APIClient, form: str, accept: str) -> None:
    error = fetch_list_error(user_client, f"format={form}", HTTP_ACCEPT=accept)
    assert (error["code"], error["attr"]) == ("invalid_choice", "format")
