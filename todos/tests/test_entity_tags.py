"""The ETag of todos and lists."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.conditions import SUCCESS_STATUS, send_write
from testing.factories import client_for, make_todo, make_user
from testing.todos import fetch_etag, fetch_list, list_url, restore_url, todo_url
from todos.models import Todo

pytestmark = pytest.mark.any_database

# Todos


def test_etag_of_a_todo_is_its_revision(user_client: APIClient, second_todo: Todo) -> None:
    assert user_client.get(todo_url(second_todo))["ETag"] == user_client.head(todo_url(second_todo))["ETag"] == '"2"'


def test_every_response_with_a_todo_has_its_etag(user_client: APIClient, second_todo: Todo) -> None:
    responses = [
        user_client.put(todo_url(second_todo), {"title": "a"}),
        user_client.patch(todo_url(second_todo), {"title": "b"}),
        user_client.post(restore_url(second_todo)),
        user_client.post(list_url(), {"title": "c"}),
    ]
    assert [response["ETag"] for response in responses] == ['"3"', '"4"', '"4"', '"5"']
    for response in responses:
        assert response["ETag"] == f'"{response.json()["revision"]}"'


def test_response_with_an_array_of_todos_has_no_etag(user_client: APIClient, second_todo: Todo) -> None:
    assert "ETag" not in user_client.post(list_url(), [{"title": "x"}])
    assert "ETag" not in user_client.patch(list_url(), [{"id": second_todo.pk, "title": "x"}])


def test_etag_of_a_todo_stays_when_another_todo_changes(user_client: APIClient, user: User, second_todo: Todo) -> None:
    make_todo(user)
    assert user_client.get(todo_url(second_todo), HTTP_IF_NONE_MATCH='"2"').status_code == 304


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8"])
@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_html_page_has_no_etag_and_is_always_sent(
    user_client: APIClient, second_todo: Todo, accept: str, condition: str
) -> None:
    for url in (todo_url(second_todo), list_url()):
        response = user_client.get(url, HTTP_ACCEPT=accept, HTTP_IF_NONE_MATCH=condition)
        assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "ETag" not in response


@pytest.mark.parametrize("method", ["put", "patch"])
def test_html_page_after_a_write_has_no_etag(user_client: APIClient, second_todo: Todo, method: str) -> None:
    response = send_write(user_client, method, todo_url(second_todo), HTTP_ACCEPT="text/html")
    assert (response.status_code, "ETag" in response) == (SUCCESS_STATUS[method], False)
    stale = send_write(user_client, method, todo_url(second_todo), HTTP_ACCEPT="text/html", HTTP_IF_MATCH='"1"')
    assert "ETag" not in stale


# Lists


def test_etag_of_a_list_stays_while_nothing_changes(user_client: APIClient, second_todo: Todo) -> None:
    before = fetch_etag(user_client)
    user_client.patch(todo_url(second_todo), {"title": second_todo.title})
    user_client.delete(todo_url(second_todo.pk + 1))
    assert fetch_etag(user_client) == before == user_client.head(list_url())["ETag"]


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?since=0", "?format=csv", "?search=no+such"])
def test_every_write_changes_the_etag_of_every_list(
    user_client: APIClient, user: User, second_todo: Todo, query: str
) -> None:
    tags = [fetch_etag(user_client, query)]
    for call in (user_client.put, user_client.delete, user_client.post):
        url = restore_url(second_todo) if call == user_client.post else todo_url(second_todo)
        call(url, {"title": "x"} if call == user_client.put else None)
        tags.append(fetch_etag(user_client, query))
    make_todo(user)
    assert len({*tags, fetch_etag(user_client, query)}) == 5


def test_equal_lists_of_two_users_have_different_etags(user_client: APIClient, user: User) -> None:
    other_client = client_for(make_user())
    assert fetch_list(user_client) == fetch_list(other_client)
    assert fetch_etag(user_client) != fetch_etag(other_client)


def test_every_query_and_format_has_its_own_etag(user_client: APIClient, second_todo: Todo) -> None:
    queries = ["", "?status=open", "?status=completed", "?limit=1", "?limit=2", "?since=0", "?since=1", "?ordering=id"]
    queries += ["?ordering=-id", "?search=milk", "?search=Milk", "?format=csv"]
    assert len({fetch_etag(user_client, query) for query in queries}) == 12


def test_every_representation_chosen_by_accept_has_its_own_etag(user_client: APIClient, second_todo: Todo) -> None:
    accepted = ("application/json", "application/json; indent=4", "text/csv")
    assert len({fetch_etag(user_client, HTTP_ACCEPT=accept) for accept in accepted}) == 3
    assert "Accept" in user_client.get(list_url())["Vary"]


@pytest.mark.in_process("changes the version of this process alone")
def test_new_version_of_the_api_has_new_etags(user_client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fetch_etag(user_client)
    monkeypatch.setattr("todos.conditions.__version__", "another")
    assert fetch_etag(user_client) != before


def test_error_response_has_no_etag(user_client: APIClient, second_todo: Todo) -> None:
    assert "ETag" not in user_client.get(f"{list_url()}?limit=0")
    assert "ETag" not in send_write(user_client, "put", todo_url(second_todo), HTTP_IF_MATCH="malformed")
