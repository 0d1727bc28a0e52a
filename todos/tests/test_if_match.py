"""If-Match, and `revision` in the body: a write to another version is refused with 412."""

import pytest
from rest_framework.test import APIClient

from testing.assertions import assert_error
from testing.conditions import (
    CURRENT_TAGS,
    MALFORMED_TAGS,
    STALE_TAGS,
    SUCCESS_STATUS,
    WRITE_BODIES,
    assert_refused_with_the_current_todo,
    send_write,
)
from testing.factories import client_for, make_user
from testing.queries import capture_statements
from testing.todos import error_attrs, list_url, todo_url
from todos.models import Todo

every_write_method = pytest.mark.parametrize("method", WRITE_BODIES)


@pytest.mark.any_database
@pytest.mark.parametrize("condition", CURRENT_TAGS)
@every_write_method
def test_write_with_a_current_if_match_succeeds(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    response = send_write(user_client, method, todo_url(second_todo), HTTP_IF_MATCH=condition)
    assert response.status_code == SUCCESS_STATUS[method]


@pytest.mark.parametrize("condition", STALE_TAGS)
@every_write_method
def test_write_with_a_stale_if_match_is_412_with_the_todo_and_changes_nothing(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    assert_refused_with_the_current_todo(user_client, method, second_todo, HTTP_IF_MATCH=condition)


def test_stale_write_returns_the_todo_as_it_is_now(user_client: APIClient, second_todo: Todo) -> None:
    changed = user_client.patch(todo_url(second_todo), {"status": "completed"})
    response = user_client.put(todo_url(second_todo), {"title": "x"}, HTTP_IF_MATCH='"2"')
    assert (response.status_code, response.json(), response["ETag"]) == (412, changed.json(), changed["ETag"])
    assert user_client.put(todo_url(second_todo), {"title": "x"}, HTTP_IF_MATCH=response["ETag"]).status_code == 200


def test_stale_write_with_an_invalid_body_is_412(user_client: APIClient, second_todo: Todo) -> None:
    assert user_client.patch(todo_url(second_todo), {"status": "bad"}, HTTP_IF_MATCH='"1"').status_code == 412


@pytest.mark.any_database
@pytest.mark.parametrize("condition", MALFORMED_TAGS)
@every_write_method
def test_malformed_if_match_is_refused(user_client: APIClient, second_todo: Todo, method: str, condition: str) -> None:
    [error] = assert_error(send_write(user_client, method, todo_url(second_todo), HTTP_IF_MATCH=condition), 400)
    assert (error["code"], error["attr"]) == ("invalid", "If-Match")
    assert user_client.get(todo_url(second_todo))["ETag"] == '"2"'


@pytest.mark.parametrize("condition", ["*", '"2"', '"1"'])
@every_write_method
def test_if_match_on_an_absent_or_foreign_todo_is_404(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    absent = todo_url(second_todo.pk + 1)
    assert_error(send_write(user_client, method, absent, HTTP_IF_MATCH=condition), 404)
    assert_error(send_write(client_for(make_user()), method, todo_url(second_todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.parametrize("condition", ["*", '"3"', '"2"', 'W/"1"'])
def test_deleting_again_is_204_with_any_if_match(user_client: APIClient, second_todo: Todo, condition: str) -> None:
    user_client.delete(todo_url(second_todo))
    response = user_client.delete(todo_url(second_todo), HTTP_IF_MATCH=condition)
    assert (response.status_code, response["X-Revision"]) == (204, "3")
    for method in ("put", "patch"):
        assert_error(send_write(user_client, method, todo_url(second_todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.any_database
@pytest.mark.parametrize("condition", MALFORMED_TAGS)
@every_write_method
def test_malformed_if_match_on_a_deleted_or_absent_todo_is_refused(
    user_client: APIClient, second_todo: Todo, method: str, condition: str
) -> None:
    user_client.delete(todo_url(second_todo))
    for pk in (second_todo.pk, second_todo.pk + 1):
        response = send_write(user_client, method, todo_url(pk), HTTP_IF_MATCH=condition)
        assert error_attrs(response, 400) == ["If-Match"]


@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_if_match_on_a_bulk_call_is_refused(user_client: APIClient, second_todo: Todo, condition: str) -> None:
    items = [{"id": second_todo.pk, "title": "x"}]
    patched = user_client.patch(list_url(), items, HTTP_IF_MATCH=condition)
    cleared = user_client.delete(list_url(status="completed"), HTTP_IF_MATCH=condition)
    assert error_attrs(patched, 400) == error_attrs(cleared, 400) == ["If-Match"]


# A revision in the body


@pytest.mark.parametrize("method", ["put", "patch"])
def test_write_with_the_current_revision_in_the_body_succeeds(
    user_client: APIClient, second_todo: Todo, method: str
) -> None:
    response = getattr(user_client, method)(todo_url(second_todo), {"title": "x", "revision": 2})
    assert (response.status_code, response.json()["revision"]) == (SUCCESS_STATUS[method], 3)


@pytest.mark.parametrize("revision", [1, 3, 0, -1, 10**30])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_write_with_another_revision_in_the_body_is_412(
    user_client: APIClient, second_todo: Todo, method: str, revision: int
) -> None:
    before = user_client.get(todo_url(second_todo)).json()
    response = getattr(user_client, method)(todo_url(second_todo), {"title": "x", "revision": revision})
    assert (response.status_code, response.json(), response["ETag"]) == (412, before, '"2"')
    assert user_client.get(todo_url(second_todo)).json() == before


@pytest.mark.any_database
@pytest.mark.parametrize("revision", ["2", "1", 2.0, True, None, [2], {}])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_revision_in_the_body_that_is_not_an_integer_is_refused(
    user_client: APIClient, second_todo: Todo, method: str, revision: object
) -> None:
    response = getattr(user_client, method)(todo_url(second_todo), {"title": "x", "revision": revision})
    assert error_attrs(response, 400) == ["revision"]


@pytest.mark.parametrize(("condition", "revision"), [('"1"', 2), ('"2"', 1)])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_if_match_and_revision_in_the_body_must_both_be_current(
    user_client: APIClient, second_todo: Todo, method: str, condition: str, revision: int
) -> None:
    body = {"title": "x", "revision": revision}
    response = getattr(user_client, method)(todo_url(second_todo), body, HTTP_IF_MATCH=condition)
    assert response.status_code == 412


@pytest.mark.in_process("counts statements")
@every_write_method
def test_write_with_if_match_takes_at_most_four_statements(
    user_client: APIClient, second_todo: Todo, method: str
) -> None:
    assert (
        len(capture_statements(lambda: send_write(user_client, method, todo_url(second_todo), HTTP_IF_MATCH='"2"')))
        <= 4
    )


@pytest.mark.in_process("counts statements")
@every_write_method
def test_stale_write_sends_no_update_of_todos(user_client: APIClient, second_todo: Todo, method: str) -> None:
    sent = capture_statements(lambda: send_write(user_client, method, todo_url(second_todo), HTTP_IF_MATCH='"1"'))
    assert len(sent) <= 3
    assert not [statement for statement in sent if statement.startswith('UPDATE "todos_todo"')]
