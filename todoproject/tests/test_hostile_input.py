"""Hostile input: every response is 4xx in the one error shape, and never a 5xx."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo
from testing.server import Server
from todoproject.api.suggestions import MAX_ERRORS

BODIES: dict[str, Any] = {
    "NUL in a title": b'{"title": "a\\u0000b"}',
    "NUL byte": b'{"title": "a\x00b"}',
    "lone surrogate in a title": b'{"title": "\\ud83d"}',
    "lone surrogate in a status": b'{"title": "x", "status": "\\udc00"}',
    "lone surrogate in a name": b'{"\\ud800": 1}',
    "lone surrogate in a date": b'{"title": "x", "due_at": "\\ud800"}',
    "nesting of 100,000": b"[" * 100_000,
    "closed nesting of 100,000": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"title":' * 50_000,
    "nesting below the limit": b'{"title": ' + b"[" * 800 + b"]" * 800 + b"}",
    "status nested below the limit": b'{"title": "x", "status": ' + b"[" * 800 + b"]" * 800 + b"}",
    "5,000 digits": b'{"title": ' + b"9" * 5_000 + b"}",
    "4,000 digits": b'{"title": "x", "status": ' + b"9" * 4_000 + b"}",
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"title": "x", "status": Infinity}',
    "an infinite number": b'{"title": "x", "status": 1e999}',
    "array": b"[]",
    "null": b"null",
    "string": b'"x"',
    "number": b"5",
    "a single brace": b"{",
    "invalid UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"title": "x"}',
    "repeated name": b'{"title": "x", "title": "y"}',
    "over 2.5 MB": b'{"title": "' + b"x" * 2_621_440 + b'"}',
    "10 MB": pytest.param(
        b'{"title": "' + b"x" * 10_000_000 + b'"}', marks=pytest.mark.in_process("a gateway refuses it itself")
    ),
    "2 MB": b'{"title": "' + b"x" * 2_000_000 + b'"}',
}


@pytest.fixture(params=["create", "put", "patch", "signup", "login", "refresh"])
def send(request: pytest.FixtureRequest, user_client: APIClient, user: User) -> Callable:
    todo = reverse("todo-detail", args=[make_todo(user).pk])
    method, path = {
        "create": ("POST", reverse("todo-list")),
        "put": ("PUT", todo),
        "patch": ("PATCH", todo),
        "signup": ("POST", reverse("auth-signup")),
        "login": ("POST", reverse("auth-login")),
        "refresh": ("POST", reverse("auth-refresh")),
    }[request.param]
    return lambda body, content_type, **options: user_client.generic(
        method, path, body, content_type=content_type, **options
    )


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hostile_body_is_refused(send: Callable, body: bytes) -> None:
    assert_error(send(body, "application/json"), 413 if len(body) > 2_621_440 else 400)


@pytest.mark.parametrize("value", ["\\ud800", "x\\udc00", "\\u0000"])
def test_text_that_cannot_be_encoded_is_refused_on_a_page_too(send: Callable, value: str) -> None:
    names = ("title", "email", "password", "refresh")
    body = "{" + ", ".join(f'"{name}": "{value}"' for name in names) + "}"
    response = send(body.encode(), "application/json", headers={"accept": "text/html"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize("name", ["email", "password"])
@pytest.mark.parametrize("value", ["", None, 5, True, [], {}, "\x00", "a\x00@example.com", "x" * 300, "\ud800"])
@pytest.mark.parametrize("call", ["auth-signup", "auth-login"])
def test_hostile_credential_is_refused(api: APIClient, db: None, call: str, name: str, value: object) -> None:
    body = {"email": "ada@example.com", "password": "correct horse battery", name: value}
    assert_error(api.generic("POST", reverse(call), json.dumps(body), content_type="application/json"), 400)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("nonsense", 415),
        ("application/json; charset=zlib", 415),
        ("application/json; charset=utf-16", 415),
        ("application/x-www-form-urlencoded; charset=rot13", 415),
        ("multipart/form-data; boundary=x; charset=idna", 415),
        ("application/" + "x" * 9_000, 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=x", 400),
        ("multipart/form-data; boundary=\xff", 400),
    ],
)
def test_wrong_content_type_is_refused(send: Callable, content_type: str, status: int) -> None:
    assert_error(send(b'{"title": "x"}', content_type), status)


@pytest.mark.parametrize(
    "body", [b"title=%ff", b"title=\xff", b"title=a&title=b", b"titel=a", b"title=" + b"&a=b" * 2000]
)
def test_hostile_form_is_refused(send: Callable, body: bytes) -> None:
    assert_error(send(body, "application/x-www-form-urlencoded"), 400)


def part(head: bytes, body: bytes = b"x") -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n"


@pytest.mark.parametrize(
    "body",
    [
        part(b'name="title"')[:20],
        part(b'name="title"', b"\xff"),
        part(b'name="title"') * 2 + b"--b--\r\n",
        part(b'name="title"; filename="x.txt"') + b"--b--\r\n",
        part(b'name="title"; filename="x.txt"') * 500 + b"--b--\r\n",
        part(b'name="title"') * 3_000 + b"--b--\r\n",
        part(b'name="titel"') + b"--b--\r\n",
        part(b'name="title"'),
        part(b'name="title"') + part(b'name="x"; filename="/"') + b"--b--\r\n",
        part(b'name="title"') + part(b'filename="x"') + b"--b--\r\n",
        part(b'name="title"') + b"--b\r\n\r\nx\r\n--b--\r\n",
        part(b'name="title"\r\nContent-Transfer-Encoding: base64', b"//8=") + b"--b--\r\n",
    ],
)
def test_hostile_multipart_form_is_refused(send: Callable, body: bytes) -> None:
    assert_error(send(body, "multipart/form-data; boundary=b"), 400)


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


def test_very_long_email_is_refused_before_it_is_normalized(api: APIClient) -> None:
    body = {"email": "a" + "\u0301\u0327" * 100_000 + "@example.com", "password": "correct horse battery"}
    assert assert_error(api.post(reverse("auth-signup"), body), 400)[0]["attr"] == "email"


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
