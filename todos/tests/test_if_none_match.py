"""If-None-Match: a client that has the current version gets 304."""

import pytest
from rest_framework.test import APIClient

from testing.assertions import assert_error
from testing.conditions import CURRENT_TAGS, MALFORMED_TAGS, STALE_TAGS
from testing.factories import client_for, make_user
from testing.queries import capture_statements
from testing.todos import error_attrs, fetch_etag, list_url, todo_url
from todos.models import Todo

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("condition", CURRENT_TAGS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_todo_that_the_client_has_is_304(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    response = getattr(user_client, method)(todo_url(second_todo), HTTP_IF_NONE_MATCH=condition)
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", '"2"')
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"]


@pytest.mark.parametrize("condition", STALE_TAGS)
def test_todo_that_the_client_does_not_have_is_sent(user_client: APIClient, second_todo: Todo, condition: str) -> None:
    response = user_client.get(todo_url(second_todo), HTTP_IF_NONE_MATCH=condition)
    assert (response.status_code, response.json()["id"]) == (200, second_todo.pk)


@pytest.mark.parametrize("template", ["*", "{}", "W/{}", '"x", {}', ' {} , W/"y"'])
def test_list_that_the_client_has_is_304(user_client: APIClient, second_todo: Todo, template: str) -> None:
    tag = fetch_etag(user_client)
    response = user_client.get(list_url(), HTTP_IF_NONE_MATCH=template.format(tag))
    assert (response.status_code, response.content, response["ETag"], response["X-Revision"]) == (304, b"", tag, "2")


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?format=csv"])
def test_changed_list_is_sent(user_client: APIClient, second_todo: Todo, query: str) -> None:
    tag = fetch_etag(user_client, query)
    user_client.patch(todo_url(second_todo), {"title": "x"})
    response = user_client.get(f"{list_url()}{query}", HTTP_IF_NONE_MATCH=tag)
    assert (response.status_code, response["ETag"] != tag) == (200, True)


@pytest.mark.parametrize("condition", MALFORMED_TAGS)
def test_malformed_if_none_match_is_refused(user_client: APIClient, second_todo: Todo, condition: str) -> None:
    for url in (todo_url(second_todo), list_url(), f"{list_url()}?format=csv"):
        [error] = assert_error(user_client.get(url, HTTP_IF_NONE_MATCH=condition), 400)
        assert (error["code"], error["attr"]) == ("invalid", "If-None-Match")


@pytest.mark.parametrize("query", ["status=bad", "ordering=bad", "limit=0", "limit=1&cursor=bad", "since=99"])
def test_invalid_query_is_refused_even_with_if_none_match(
    user_client: APIClient, second_todo: Todo, query: str
) -> None:
    response = user_client.get(list_url(), QUERY_STRING=query, HTTP_IF_NONE_MATCH="*")
    assert error_attrs(response, 400) == [query.rpartition("&")[2].partition("=")[0]]


def test_if_none_match_does_not_reveal_todos_of_other_users(second_todo: Todo) -> None:
    stranger = client_for(make_user())
    for condition in ("*", '"2"'):
        assert_error(stranger.get(todo_url(second_todo), HTTP_IF_NONE_MATCH=condition), 404)


@pytest.mark.in_process("counts statements")
def test_list_that_the_client_has_takes_one_statement(user_client: APIClient, second_todo: Todo) -> None:
    tag = fetch_etag(user_client)
    [statement] = capture_statements(lambda: user_client.get(list_url(), HTTP_IF_NONE_MATCH=tag))
    assert "todos_todo" not in statement
