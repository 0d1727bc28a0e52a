"""Responses over 1 kB are compressed for clients that accept it."""

import gzip
from typing import Any

import pytest
from rest_framework.test import APIClient

from testing.server import APICaller
from testing.todos import list_url

pytestmark = pytest.mark.any_database


@pytest.fixture
def twenty_todos(user_client: APIClient) -> Any:
    return user_client.post(list_url(), [{"title": f"Buy milk {number}"} for number in range(20)]).json()


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8"])
def test_long_response_is_compressed(user_client: APIClient, twenty_todos: Any, accepted: str) -> None:
    plain = user_client.get(list_url())
    response = user_client.get(list_url(), HTTP_ACCEPT_ENCODING=accepted)
    assert (response["Content-Encoding"], "Accept-Encoding" in response["Vary"]) == ("gzip", True)
    assert gzip.decompress(response.content) == plain.content
    assert int(response["Content-Length"]) == len(response.content) < len(plain.content) / 4


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0, br"])
def test_response_is_not_compressed_for_others(user_client: APIClient, twenty_todos: Any, accepted: str) -> None:
    response = user_client.get(list_url(), HTTP_ACCEPT_ENCODING=accepted)
    assert "Content-Encoding" not in response
    assert "Accept-Encoding" in response["Vary"]


def test_short_response_is_not_compressed(user_client: APIClient) -> None:
    assert "Content-Encoding" not in user_client.get(list_url(), HTTP_ACCEPT_ENCODING="gzip")


def test_tag_of_a_compressed_list_is_weak_and_still_matches(user_client: APIClient, twenty_todos: Any) -> None:
    tag = user_client.get(list_url(), HTTP_ACCEPT_ENCODING="gzip")["ETag"]
    assert tag.startswith('W/"')
    again = user_client.get(list_url(), HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content) == (304, b"")


def test_tag_of_a_compressed_todo_can_be_sent_with_a_change(user_client: APIClient) -> None:
    todo = user_client.post(list_url(), {"title": "x", "description": "y" * 2_000}).json()
    tag = user_client.get(f"/todos/{todo['id']}/", HTTP_ACCEPT_ENCODING="gzip")["ETag"]
    assert tag == 'W/"1"'
    assert user_client.patch(f"/todos/{todo['id']}/", {"title": "z"}, HTTP_IF_MATCH=tag).status_code == 202


@pytest.mark.parametrize("path", ["/docs/", "/schema/", "/static/rest_framework/css/bootstrap.min.css"])
def test_pages_and_assets_are_compressed(api: APIClient, db: None, path: str) -> None:
    response = api.get(path, HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT="*/*")
    assert (response.status_code, response["Content-Encoding"]) == (200, "gzip")
    response.close()


def test_part_of_a_file_is_not_compressed(api: APIClient, db: None) -> None:
    path = "/static/rest_framework/css/bootstrap.min.css"
    response = api.get(path, HTTP_ACCEPT_ENCODING="gzip", HTTP_RANGE="bytes=0-1999")
    assert (response.status_code, "Content-Encoding" in response) == (206, False)
    response.close()


def test_response_over_http_is_compressed_and_a_304_has_no_length(server: APICaller) -> None:
    token = server.sign_up()
    server.call("POST", "/todos/", [{"title": f"Buy milk {number}"} for number in range(20)], token=token)
    response = server.send("GET", "/todos/", None, Authorization=f"Bearer {token}", **{"Accept-Encoding": "gzip"})
    assert (response.status, response.headers["Content-Encoding"]) == (200, "gzip")
    assert b"Buy milk 19" in gzip.decompress(response.body)
    tag = {"If-None-Match": response.headers["ETag"]}
    unchanged = server.send("GET", "/todos/", None, Authorization=f"Bearer {token}", **tag)
    assert (unchanged.status, unchanged.body, "Content-Length" in unchanged.headers) == (304, b"", False)
