"""Hostile headers, queries and methods: every response is 4xx in the one error shape, and never a 5xx."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from testing.assertions import assert_error
from testing.server import Server
from todoproject.api.suggestions import MAX_ERRORS


@pytest.mark.parametrize(
    "path", ["/todos/", "/auth/me/", "/health/", "/", "/nowhere/", "/admin/login/", "/session/login/"]
)
@pytest.mark.parametrize("charset", ["zlib", "utf-16", "idna"])
def test_charset_other_than_utf8_is_refused_on_every_path(user_client: APIClient, path: str, charset: str) -> None:
    response = user_client.generic("GET", f"{path}", content_type=f"multipart/form-data; charset={charset}")
    assert_error(response, 415)


def test_charset_is_refused_before_it_decodes_the_query(server: Server) -> None:
    response = server.call("GET", "/health/?x=%41", **{"Content-Type": "text/plain; charset=zlib"})
    assert (response.status, response.json()["errors"][0]["code"]) == (415, "unsupported_charset")


@pytest.mark.parametrize(
    "query",
    [
        "%ff",
        pytest.param("search=%ff", marks=pytest.mark.in_process("a REST API decodes the query itself")),
        "limit=%00",
        "search=%00",
        "a" * 5000,
        "&".join(["x=1"] * 2000),
    ],
)
def test_hostile_query_is_refused(user_client: APIClient, query: str) -> None:
    assert_error(user_client.get(f"/todos/?{query}"), 400)


def test_number_of_errors_about_unknown_names_is_limited(user_client: APIClient) -> None:
    names = {f"name{n}": 1 for n in range(100_000)}
    assert len(assert_error(user_client.post(reverse("todo-list"), {"title": "x", **names}), 400)) == MAX_ERRORS
    assert len(assert_error(user_client.get(reverse("todo-list"), dict(list(names.items())[:500])), 400)) == MAX_ERRORS


@pytest.mark.parametrize(
    "content_type", ["a/b; x*=foo''x", "a/b; charset*=idna''utf-8", "a/b; x*=undefined''%41", f"a/b; x*{'9' * 5000}=a"]
)
@pytest.mark.parametrize("path", ["/health/", "/nowhere/", "/admin/login/", "/auth/login/"])
def test_malformed_content_type_is_refused(server: Server, path: str, content_type: str) -> None:
    response = server.call("POST", path, b"x", **{"Content-Type": content_type})
    assert response.status == 415
    assert list(response.json()) == ["type", "message", "errors"]


@pytest.mark.parametrize(
    "authorization",
    ["JWT", "Bearer a b", "JWT \xff", "JWT " + "e30" * 3000, "JWT ..", "JWT " + "W1tb" * 2000 + ".e30.x"],
)
def test_hostile_token_returns_401(api: APIClient, db: None, authorization: str) -> None:
    assert_error(api.get("/todos/", headers={"authorization": authorization}), 401)


@pytest.mark.parametrize(
    "cookie", ['sessionid="\\000abcdefgh"', "sessionid=" + "x" * 5_000, "sessionid=é", "csrftoken=\x01"]
)
def test_hostile_cookie_returns_401(api: APIClient, db: None, cookie: str) -> None:
    assert_error(api.get("/todos/", headers={"cookie": cookie}), 401)


@pytest.mark.parametrize("method", ["TRACE", "FOO", "CONNECT"])
def test_unknown_method_returns_405(user_client: APIClient, method: str) -> None:
    assert_error(user_client.generic(method, "/todos/"), 405)
