"""Hostile bodies: every response is 4xx in the one error shape, and never a 5xx."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo

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


def test_very_long_email_is_refused_before_it_is_normalized(api: APIClient) -> None:
    body = {"email": "a" + "\u0301\u0327" * 100_000 + "@example.com", "password": "correct horse battery"}
    assert assert_error(api.post(reverse("auth-signup"), body), 400)[0]["attr"] == "email"


@pytest.mark.parametrize("body", ['{"title": %s}', '[{"id": %s, "title": "x"}]', '{"due_at": [%s]}', '{"x": -%s}'])
def test_number_of_thousands_of_digits_is_refused_in_our_words(user_client: APIClient, body: str) -> None:
    text = body % ("9" * 5_000)
    response: Any = user_client.generic("PATCH", reverse("todo-list"), text, content_type="application/json")
    [error] = assert_error(response, 400)
    assert error["detail"] == "JSON parse error - a number has more than 1000 digits."


def test_byte_order_mark_of_json_is_refused_by_its_name(user_client: APIClient) -> None:
    body: Any = b'\xef\xbb\xbf{"title": "x"}'
    response = user_client.generic("POST", reverse("todo-list"), body, content_type="application/json")
    [error] = assert_error(response, 400)
    assert error["detail"] == "The body begins with a byte order mark. Send JSON without one."


@pytest.mark.in_process("a gateway sends the length itself")
def test_content_length_of_thousands_of_digits_is_413(user_client: APIClient) -> None:
    assert_error(user_client.post(reverse("todo-list"), {"title": "x"}, CONTENT_LENGTH="9" * 5_000), 413)
