"""No condition is ignored: If-None-Match on writes, conditions that cannot apply, tags that proxies rewrite."""

import pytest
from rest_framework.test import APIClient

from testing.conditions import (
    MALFORMED_TAGS,
    SUCCESS_STATUS,
    WRITE_BODIES,
    assert_refused_with_the_current_todo,
    send_write,
)
from testing.todos import fetch_etag, get_attr_and_code, list_url, restore_url, todo_url
from todos.models import Todo

every_write_method = pytest.mark.parametrize("method", WRITE_BODIES)
every_header = pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])


@pytest.mark.parametrize("condition", ["*", '"2"', 'W/"2"', '"1", "2"'])
@every_write_method
def test_write_with_if_none_match_of_the_current_todo_is_412_and_changes_nothing(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    assert_refused_with_the_current_todo(user_client, method, second_todo, HTTP_IF_NONE_MATCH=condition)


@pytest.mark.parametrize("condition", ['"1"', 'W/"3"'])
@every_write_method
def test_write_with_if_none_match_of_another_version_succeeds(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    response = send_write(user_client, method, todo_url(second_todo), HTTP_IF_NONE_MATCH=condition)
    assert response.status_code == SUCCESS_STATUS[method]


@every_write_method
def test_if_match_and_if_none_match_must_both_hold(user_client: APIClient, second_todo: Todo, method: str) -> None:
    both = {"HTTP_IF_MATCH": '"2"', "HTTP_IF_NONE_MATCH": '"2"'}
    assert send_write(user_client, method, todo_url(second_todo), **both).status_code == 412


@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_write_with_if_none_match_to_a_todo_that_does_not_exist_is_404(
    user_client: APIClient, second_todo: Todo, condition: str
) -> None:
    for method in WRITE_BODIES:
        absent = todo_url(second_todo.pk + 1)
        assert send_write(user_client, method, absent, HTTP_IF_NONE_MATCH=condition).status_code == 404


def test_deleting_again_is_204_with_if_none_match(user_client: APIClient, second_todo: Todo) -> None:
    user_client.delete(todo_url(second_todo))
    assert user_client.delete(todo_url(second_todo), HTTP_IF_NONE_MATCH="*").status_code == 204


@pytest.mark.parametrize("condition", ["*", '"2"'])
@every_header
def test_condition_is_refused_where_it_cannot_apply(
    user_client: APIClient, second_todo: Todo, header: str, condition: str
) -> None:
    headers = {header: condition}
    responses = [
        user_client.post(list_url(), {"title": "x"}, headers=headers),
        user_client.post(list_url(), [{"title": "x"}], headers=headers),
        user_client.post(restore_url(second_todo), headers=headers),
        user_client.patch(list_url(), [{"id": second_todo.pk, "title": "x"}], headers=headers),
        user_client.delete(list_url(status="completed"), headers=headers),
    ]
    assert {get_attr_and_code(response) for response in responses} == {(header, "not_applicable")}


def test_if_match_is_refused_on_a_list_and_evaluated_on_a_todo(user_client: APIClient, second_todo: Todo) -> None:
    assert get_attr_and_code(user_client.get(list_url(), HTTP_IF_MATCH="*")) == ("If-Match", "not_applicable")
    assert user_client.get(todo_url(second_todo), HTTP_IF_MATCH='"2"').status_code == 200
    stale = user_client.get(todo_url(second_todo), HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale["ETag"]) == (412, '"2"')


@pytest.mark.parametrize("suffix", ["-gzip", ";gzip", "--gzip", "-br", "-zstd"])
def test_tag_that_a_proxy_has_rewritten_matches(user_client: APIClient, second_todo: Todo, suffix: str) -> None:
    todo_tag, list_tag = f'"2{suffix}"', f'W/{fetch_etag(user_client)[:-1]}{suffix}"'
    assert user_client.get(todo_url(second_todo), HTTP_IF_NONE_MATCH=todo_tag).status_code == 304
    assert user_client.get(list_url(), HTTP_IF_NONE_MATCH=list_tag).status_code == 304
    assert user_client.patch(todo_url(second_todo), {"title": "x"}, HTTP_IF_MATCH=todo_tag).status_code == 202
    assert user_client.patch(todo_url(second_todo), {"title": "y"}, HTTP_IF_MATCH=todo_tag).status_code == 412


@pytest.mark.any_database
@pytest.mark.parametrize("condition", MALFORMED_TAGS)
@every_header
def test_method_that_is_not_allowed_is_405_whatever_the_conditions(
    user_client: APIClient, second_todo: Todo, header: str, condition: str
) -> None:
    for method in ("POST", "TRACE"):
        response = user_client.generic(method, f"{todo_url(second_todo)}?unknown=1", headers={header: condition})
        assert (response.status_code, response["Allow"]) == (405, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS")


@pytest.mark.any_database
def test_304_has_no_content_length(user_client: APIClient, second_todo: Todo) -> None:
    for url in (todo_url(second_todo), list_url()):
        response = user_client.get(url, HTTP_IF_NONE_MATCH="*")
        assert (response.status_code, "Content-Length" in response) == (304, False)
