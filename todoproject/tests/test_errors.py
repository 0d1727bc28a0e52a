"""The one error shape, inside the API's views and outside, and the headers of every response."""

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
        ("get", "/", {"accept": "image/png"}, 406, "not_acceptable"),
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
        pytest.param("post", "/static/admin/css/base.css", {}, 405, "refused", marks=hashed),
        pytest.param("get", "/static/admin/css/base.css", {"range": "bytes=99999999-"}, 416, "refused", marks=hashed),
    ],
)
def test_every_error_has_the_one_shape(
    db: None, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)(path, headers=headers)
    assert [error["code"] for error in assert_error(response, status)] == [code]


@pytest.mark.parametrize("path", ["/nowhere/", "/docs/", "/static/nowhere.css"])
def test_page_outside_the_api_is_not_stored_and_has_the_right_allow_header(db: None, client: Client, path: str) -> None:
    response = client.get(path, headers={"accept": "text/html"})
    assert response["Cache-Control"] == "no-store"
    assert "Allow" not in response or (response.status_code, response["Allow"]) in [
        (405, "POST, OPTIONS"),
        (200, "GET, HEAD, OPTIONS"),
    ]
    assert "Allow" not in client.post(path + "x", headers={"accept": "text/html"})


@pytest.mark.parametrize("path", ["/todos/", "/nowhere/", "/auth/login/"])
def test_browser_gets_the_error_as_a_page(db: None, client: Client, path: str) -> None:
    response = client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert response.status_code >= 400
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "&quot;errors&quot;" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    ["/", "/health/", "/todos/", "/nowhere/", "/schema/", "/docs/", "/admin/login/", "/static/admin/css/base.css"],
)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_every_response_has_the_security_headers(db: None, client: Client, path: str, host: str) -> None:
    response = client.get(path, headers={"host": host})
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    response.close()


def test_no_other_origin_is_allowed_by_default_and_preflights_have_security_headers(db: None, client: Client) -> None:
    preflight = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    response = client.options("/auth/login/", headers=preflight)
    assert (response["X-Content-Type-Options"], response["X-Frame-Options"]) == ("nosniff", "DENY")
    for path in ("/auth/login/", "/health/", "/static/admin/css/base.css"):
        response = client.get(path, headers=preflight)
        assert not [name for name in response.headers if name.startswith("Access-Control-")]
    response.close()


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/auth/login/", ["password"]),
        ("/auth/signup/", ["password"]),
        ("/auth/refresh/", ["refresh"]),
        ("/auth/password/reset/confirm/", ["token", "new_password"]),
    ],
)
def test_page_never_shows_a_secret_that_was_entered(db: None, client: Client, path: str, names: list[str]) -> None:
    response = client.post(path, dict.fromkeys(names, "a secret that was typed"), headers={"accept": "text/html"})
    assert response.status_code in (400, 401)
    assert all(f'name="{name}"' in response.content.decode() for name in names)
    assert "a secret that was typed" not in response.content.decode()


@pytest.mark.in_process("breaks the application")
def test_unexpected_exception_returns_500_in_the_error_shape(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("todoproject.api.root.ROOT_LINKS", {"broken": "no such view"})
    assert assert_error(client.get("/"), 500)[0]["code"] == "error"


@pytest.mark.in_process("breaks the application's connection")
def test_failing_database_returns_503(api: APIClient, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("secret detail")

    with connection.execute_wrapper(fail):
        response = api.get("/health/")
    assert assert_error(response, 503)[0]["code"] == "database_unavailable"
    assert b"secret" not in response.content


@pytest.mark.in_process("breaks the application's connection")
def test_failing_database_returns_503_in_the_admin(admin_client: Client) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError

    with connection.execute_wrapper(fail):
        assert_error(admin_client.get("/admin/"), 503)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_root_and_health_are_not_stored(db: None, client: Client, method: str, accept: str) -> None:
    for path in ("/", "/health/"):
        assert getattr(client, method)(path, headers={"accept": accept})["Cache-Control"] == "no-store"


def test_browser_form_shows_errors_beside_the_fields(client: Client, user: User) -> None:
    client.force_login(user)
    response = client.post(reverse("todo-list"), {"title": "kept" * 50}, headers={"accept": "text/html"})
    page = response.content.decode()
    assert response.status_code == 400
    assert '<p class="error">Ensure this field has no more than 128 characters.</p>' in page
    assert f'value="{"kept" * 50}"' in page


def test_attr_of_a_nested_error_is_the_path_to_the_field() -> None:
    class Item(serializers.Serializer):
        title = serializers.CharField()

    many = Item(data=[{"title": "x"}, {}, 5], many=True)
    assert not many.is_valid()
    data = errors.error_body(ValidationError(many.errors))
    assert [error["attr"] for error in data["errors"]] == ["1.title", "2"]


def test_error_without_a_field_has_no_attr() -> None:
    data = errors.error_body(ValidationError("Wrong."))
    assert data["errors"] == [{"code": "invalid", "detail": "Wrong.", "attr": None}]


def test_bad_request_outside_the_views_returns_400() -> None:
    response = errors.bad_request(RequestFactory().get("/"), ValueError("x"))
    assert response.status_code == 400


def test_write_waits_for_a_locked_database(server: Server) -> None:
    """A held lock delays a write, which neither fails at once nor breaks the worker."""
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
