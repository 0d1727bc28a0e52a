"""One shape of errors, inside the API's views and outside."""

import sqlite3
from contextlib import closing
from threading import Timer
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.server import Server
from todoproject.api import errors

joined = pytest.mark.in_process("a gateway joins the chunks")
hashed = pytest.mark.in_process("on Lambda its name has a hash")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("get", "/todos/", {}, 401, "not_authenticated"),
        ("get", "/todos/", {"authorization": "JWT x.y.z"}, 401, "token_not_valid"),
        ("get", "/todos/", {"authorization": "JWT"}, 401, "bad_authorization_header"),
        ("get", "/nowhere", {}, 404, "not_found"),
        ("get", "/todos/1/nowhere/", {}, 404, "not_found"),
        ("get", "/static/nowhere.css", {}, 404, "not_found"),
        ("put", "/auth/login/", {}, 405, "method_not_allowed"),
        ("get", "/health/", {"accept": "image/png"}, 406, "not_acceptable"),
        ("get", "/schema/", {"accept": "image/png"}, 406, "not_acceptable"),
        pytest.param("get", "/health/", {"transfer-encoding": "gzip"}, 400, "parse_error", marks=joined),
        ("get", "/health/", {"host": "evil.example"}, 400, "host_not_served"),
        ("get", "/health/?format=xml", {}, 400, "invalid_choice"),
        ("post", "/admin/login/", {}, 403, "permission_denied"),
        ("get", "/docs/", {"accept": "application/json"}, 406, "not_acceptable"),
        ("post", "/docs/", {}, 405, "method_not_allowed"),
        ("options", "/docs/", {}, 405, "method_not_allowed"),
        ("post", "/schema/", {"accept": "application/vnd.oai.openapi"}, 405, "method_not_allowed"),
        ("delete", "/schema/?format=yaml", {}, 405, "method_not_allowed"),
        ("get", "/session/logout/", {}, 405, "refused"),
        pytest.param("post", "/static/admin/css/base.css", {}, 405, "refused", marks=hashed),
        pytest.param("get", "/static/admin/css/base.css", {"range": "bytes=99999999-"}, 416, "refused", marks=hashed),
    ],
)
def test_every_error_has_the_one_shape(
    db: None, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(path, headers=headers)
    assert [error["code"] for error in assert_error(answer, status)] == [code]


@pytest.mark.parametrize("path", ["/nowhere/", "/session/logout/", "/docs/", "/static/nowhere.css"])
def test_a_page_outside_the_api_is_not_stored_and_allows_what_it_does(db: None, client: Client, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer["Cache-Control"] == "no-store"
    assert "Allow" not in answer or (answer.status_code, answer["Allow"]) in [
        (405, "POST, OPTIONS"),
        (200, "GET, HEAD, OPTIONS"),
    ]
    assert "Allow" not in client.post(path + "x", headers={"accept": "text/html"})


@pytest.mark.parametrize("path", ["/todos/", "/nowhere/", "/auth/login/"])
def test_a_browser_gets_the_same_as_a_page(db: None, client: Client, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code >= 400
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "&quot;errors&quot;" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/", "/health/", "/todos/", "/nowhere/", "/schema/", "/docs/", "/admin/login/", "/static/admin/css/base.css"],
)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_every_answer_has_the_security_headers(db: None, client: Client, path: str, host: str) -> None:
    answer = client.get(path, headers={"host": host})
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    answer.close()


def test_a_preflight_has_the_security_headers_and_no_origin_may_call(db: None, client: Client) -> None:
    asked = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    answer = client.options("/auth/login/", headers=asked)
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    for path in ("/auth/login/", "/health/", "/static/admin/css/base.css"):
        answer = client.get(path, headers=asked)
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
    answer.close()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/auth/login/", ["password"]),
        ("/auth/signup/", ["password"]),
        ("/auth/refresh/", ["refresh"]),
        ("/auth/password/reset/confirm/", ["token", "new_password"]),
    ],
)
def test_a_page_never_shows_a_secret_that_was_typed(db: None, client: Client, path: str, names: list[str]) -> None:
    answer = client.post(path, dict.fromkeys(names, "a secret of user_client"), headers={"accept": "text/html"})
    assert answer.status_code in (400, 401)
    assert all(f'name="{name}"' in answer.content.decode() for name in names)
    assert "a secret of user_client" not in answer.content.decode()


@pytest.mark.in_process("breaks the application")
def test_a_fault_of_ours_is_a_500_in_the_shape(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("todoproject.api.root.ROOT_LINKS", {"broken": "no such view"})
    assert assert_error(client.get("/"), 500)[0]["code"] == "error"


@pytest.mark.in_process("breaks the application's connection")
def test_a_database_that_fails_is_a_503(api: APIClient, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("secret detail")

    with connection.execute_wrapper(fail):
        answer = api.get("/health/")
    assert assert_error(answer, 503)[0]["code"] == "database_unavailable"
    assert b"secret" not in answer.content


@pytest.mark.in_process("breaks the application's connection")
def test_a_database_that_fails_is_a_503_in_the_admin_as_well(admin_client: Client) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(fail):
        assert_error(admin_client.get("/admin/"), 503)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_the_root_and_health_are_not_stored(db: None, client: Client, method: str, accept: str) -> None:
    for path in ("/", "/health/"):
        assert getattr(client, method)(path, headers={"accept": accept})["Cache-Control"] == "no-store"


def test_a_form_in_the_browser_shows_errors_beside_the_fields(client: Client, user: User) -> None:
    client.force_login(user)
    answer = client.post(reverse("todo-list"), {"title": "kept" * 50}, headers={"accept": "text/html"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert '<span class="help-block">Ensure this field has no more than 128 characters.</span>' in page
    assert f'value="{"kept" * 50}"' in page


def test_nested_errors_name_the_way_to_the_field() -> None:
    class Item(serializers.Serializer):
        title = serializers.CharField()

    many = Item(data=[{"title": "x"}, {}, 5], many=True)
    assert not many.is_valid()
    data = errors.error_data(ValidationError(many.errors))
    assert [error["attr"] for error in data["errors"]] == ["1.title", "2"]


def test_errors_without_a_field_have_no_attr() -> None:
    data = errors.error_data(ValidationError("Wrong."))
    assert data["errors"] == [{"code": "invalid", "detail": "Wrong.", "attr": None}]


def test_bad_requests_found_by_django_keep_the_shape() -> None:
    answer = errors.bad_request(RequestFactory().get("/"), ValueError("x"))
    assert answer.status_code == 400


def test_a_locked_database_is_waited_for(server: Server) -> None:
    """A held lock delays a write; it neither fails at once nor breaks the worker."""
    if connection.vendor != "sqlite":
        pytest.skip("one writer at a time is SQLite's rule")
    token = server.sign_up()
    with closing(
        sqlite3.connect(server.directory / "served.sqlite3", isolation_level=None, check_same_thread=False)
    ) as lock:
        lock.execute("BEGIN IMMEDIATE")
        release = Timer(1, lock.execute, ["ROLLBACK"])
        release.start()
        assert server.call("POST", "/todos/", {"title": "x"}, token=token).status == 201
        release.join()
