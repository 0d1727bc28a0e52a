"""The format of a response by the weights in `Accept`, and what is said about a body in the wrong one."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from testing.assertions import assert_error
from testing.todos import list_url

pytestmark = pytest.mark.any_database

JSON, CSV, HTML = "application/json", "text/csv; charset=utf-8", "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv, application/json;q=0.5", CSV),
        ("application/json;q=0.5, text/csv", CSV),
        ("text/csv;q=0.4, application/json;q=0.5", JSON),
        ("text/html;q=0, */*", JSON),
        ("text/*;q=0.9, application/json;q=0.8, text/html;q=0.1", CSV),
        ("text/html, */*;q=0.8", HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("text/html, */*", HTML),
        ("*/*", JSON),
        ("*", JSON),
        ("", JSON),
        (" , ", JSON),
        ("application/json; charset=utf-8", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json;q=nonsense", JSON),
        ("application/*", JSON),
        ("image/png, */*;q=0.1", JSON),
    ],
)
def test_weights_of_accept_choose_the_format(user_client: APIClient, accept: str, media_type: str) -> None:
    response = user_client.get(list_url(), HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, media_type)


@pytest.mark.parametrize(
    "accept", ["application/json;q=0", "image/png", "*/*;q=0", "application/json;q=0, image/*", "text/json", "json"]
)
def test_what_excludes_every_format_is_406(user_client: APIClient, accept: str) -> None:
    assert_error(user_client.get(list_url(), HTTP_ACCEPT=accept), 406)


def test_most_specific_range_decides(user_client: APIClient) -> None:
    response = user_client.get(list_url(), HTTP_ACCEPT="*/*, application/json;q=0, text/html;q=0")
    assert response["Content-Type"] == CSV


def test_indent_of_accept_is_used(user_client: APIClient) -> None:
    response = user_client.get("/auth/me/", HTTP_ACCEPT="application/json; indent=4")
    assert response.content.startswith(b'{\n    "email"')


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/plain", "nonsense", "*/*;q=0"])
def test_health_answers_whatever_is_accepted(api: APIClient, db: None, accept: str) -> None:
    response = api.get("/health/", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, JSON)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", ""])
@pytest.mark.parametrize("body", ['{"title":"x"}', ' [{"title":"x"}]'])
def test_json_with_another_content_type_is_told_which_to_send(
    user_client: APIClient, content_type: str, body: str
) -> None:
    response: Any = user_client.generic("POST", list_url(), body, content_type=content_type)
    [error] = assert_error(response, 400 if "form" in content_type else 415)
    assert "Send" in error["detail"]
    assert "Content-Type: application/json." in error["detail"]


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "GZIP", "identity, gzip"])
@pytest.mark.parametrize("path", ["/todos/", "/auth/login/", "/session/login/"])
def test_compressed_body_is_415_and_told_what_is_accepted(user_client: APIClient, path: str, coding: str) -> None:
    response = user_client.post(path, {"title": "x"}, headers={"Content-Encoding": coding})
    [error] = assert_error(response, 415)
    assert (error["code"], response["Accept-Encoding"]) == ("unsupported_content_encoding", "identity")


def test_body_that_is_marked_as_not_compressed_is_accepted(user_client: APIClient) -> None:
    assert user_client.post(list_url(), {"title": "x"}, headers={"Content-Encoding": "identity"}).status_code == 201
