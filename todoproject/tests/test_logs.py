"""The log has one line for each request, no secret, and no line that a client forged."""

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.factories import PASSWORD, client_for, make_todo
from todoproject.config.logging import JSONFormatter, TextFormatter, redact
from todoproject.serving.request_log import RouteInsteadOfPathFilter

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("reads the log of this process")]

NEXT_LINE = "\r\n2026-11-25 12:00:00,000 INFO todoproject.requests: forged \x1b[2J\x85\u2028"


@pytest.fixture(params=[TextFormatter, JSONFormatter])
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Everything that is logged at any level, as it is written."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    handler.addFilter(RouteInsteadOfPathFilter())
    names = ["", "django", "django.request", "django.security", "django.server", "todoproject"]
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def request_entries(log: StringIO) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    return [entry for entry in entries if entry["logger"] == "todoproject.requests"]


def is_json(log: StringIO) -> bool:
    return log.getvalue().startswith("{")


def test_each_request_logs_one_line(log: StringIO, user: User) -> None:
    client_for(user).get(reverse("todo-detail", args=[make_todo(user).pk]), {"format": "json"})
    if is_json(log):
        [entry] = request_entries(log)
        assert list(entry) == [
            *("time", "level", "logger", "method", "route", "status"),
            "milliseconds",
            "user",
            "request",
        ]
        assert (entry["method"], entry["route"], entry["status"]) == ("GET", "/todos/<pk>/", 200)
        assert entry["user"] == user.pk
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["time"])
    else:
        line = (
            rf"[\d ,:-]+ INFO todoproject.requests: GET /todos/<pk>/ 200, [\d.]+ ms, user {user.pk}, request \w{{32}}\n"
        )
        assert re.search(line, log.getvalue())


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("get", "/todos", "/todos/", 401),
        ("post", "/auth/login/?password=hidden", "/auth/login/", 400),
        ("get", "/nowhere/hidden/", "-", 404),
        ("get", "/session/reset/hidden/hidden/", "/session/reset/<uid>/<token>/", 400),
        ("get", "/admin/accounts/user/hidden/change/", "/admin/accounts/user/<path:object_id>/change/", 302),
        ("get", "/static/hidden.css", "-", 404),
        ("options", "/todos/?hidden", "/todos/", 401),
    ],
)
def test_log_names_the_route_instead_of_the_path(
    log: StringIO, db: None, method: str, path: str, route: str, status: int
) -> None:
    getattr(Client(), method)(path)
    assert "hidden" not in log.getvalue()
    if is_json(log):
        assert [(entry["route"], entry["status"]) for entry in request_entries(log)] == [(route, status)]
    else:
        assert f"{method.upper()} {route} {status}," in log.getvalue()


def test_log_names_the_session_user_without_an_extra_query(
    log: StringIO, user: User, django_assert_num_queries: Any
) -> None:
    browser = Client()
    browser.force_login(user)
    with django_assert_num_queries(2):
        browser.get(reverse("auth-me"))
    with django_assert_num_queries(0):
        browser.get("/nowhere/")
    assert log.getvalue().count(f'"user": {user.pk}' if is_json(log) else f"user {user.pk},") == 1


def send_secrets_everywhere(user: User) -> list[str]:
    """Send requests with secrets in every place, and return the secrets."""
    tokens, browser = issue_tokens(user), Client()
    browser.post("/session/login/", {"username": user.email, "password": PASSWORD})
    browser.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    session = browser.cookies["sessionid"].value
    api = APIClient()
    for call, body in {
        "auth-signup": {"email": "new@example.com", "password": "new horse battery"},
        "auth-login": {"email": user.email, "password": PASSWORD},
        "auth-refresh": {"refresh": tokens["refresh"]},
        "auth-reset": {"email": user.email},
        "auth-confirm": {"uid": "MQ", "token": "dim37a-678e25adf780aad47674d98968aed179", "new_password": PASSWORD},
    }.items():
        api.post(reverse(call), body)
        api.post(reverse(call, query=body), body)
    api.get("/session/reset/MQ/dim37a-678e25adf780aad47674d98968aed179/")
    api.get(f"/nowhere/{user.email}/{tokens['access']}", headers={"Authorization": f"JWT {tokens['access']}"})
    api.get("/auth/me/", headers={"Authorization": f"JWT {tokens['access']}x", "Host": user.email})
    secrets = [user.email, "new@example.com", PASSWORD, "new horse battery", *tokens.values(), session]
    return [*secrets, "dim37a-678e25adf780aad47674d98968aed179"]


def test_no_secret_is_logged_at_any_level(log: StringIO, user: User) -> None:
    secrets = send_secrets_everywhere(user)
    assert log.getvalue().count("todoproject.requests") > 10
    assert [secret for secret in secrets if secret in log.getvalue()] == []


def test_client_cannot_forge_a_line(log: StringIO, db: None) -> None:
    api = APIClient()
    api.get(f"/todos/{NEXT_LINE}/", headers={"User-Agent": NEXT_LINE, "X-Forwarded-For": NEXT_LINE, "Host": NEXT_LINE})
    api.generic(f"GET{NEXT_LINE}", "/todos/")
    api.post(reverse("auth-login"), {"email": NEXT_LINE, "password": NEXT_LINE})
    logging.getLogger("todoproject").error("Said: %s", NEXT_LINE)
    assert_no_forged_line(log)


def assert_no_forged_line(log: StringIO) -> None:
    for line in re.split(r"[\r\n\x85\u2028]", log.getvalue().removesuffix("\n")):
        assert re.match(r'\{"time"|[\d-]+ [\d:,]+ (DEBUG|INFO|ERROR|WARNING|CRITICAL) [\w.]+: |    ', line), line
        assert not re.match(r"[\d-]+ [\d:,]+ INFO todoproject.requests: forged", line)
    assert "\x1b" not in log.getvalue()


def test_unexpected_exception_is_logged_with_traceback_and_route_but_without_the_path(
    log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todoproject.api.root.ROOT_LINKS", {"broken": f"ada@example.com {NEXT_LINE}"})
    browser = Client(raise_request_exception=False)
    assert browser.get("/?hidden", headers={"accept": "application/json"}).status_code == 500
    assert "Traceback" in log.getvalue()
    assert "Failed: GET /, request " in log.getvalue()
    assert "hidden" not in log.getvalue()
    assert "ada@" not in log.getvalue()
    assert_no_forged_line(log)


def test_request_with_a_wrong_host_logs_one_line(log: StringIO, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("django.request", "django.security"):  # As they are configured.
        logging.getLogger(name).setLevel(settings.LOGGING["loggers"][name]["level"])
    for host in ("evil.example", "a b", "[::1", "x" * 300, "évil"):
        assert Client().get("/todos/", headers={"Host": host}).status_code == 400
    assert log.getvalue().count("\n") == log.getvalue().count("todoproject.requests") == 5


@pytest.mark.parametrize(
    "text",
    [
        "DETAIL: Key (email)=(ada@example.com) already exists.",
        "to <ada.lovelace+x@sub.example.com>, refused",
        "JWT eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiMSJ9.c2lnbmF0dXJl",
        "/session/reset/MQ/dim37a-678e25adf780aad47674d98968aed179/",
        "refused: {'o'ada@example.com': (550, b'')}",
        "DETAIL: Failing row contains (30, argon2$argon2id$v=19$lovelace, ada).",
    ],
)
def test_secrets_in_texts_of_other_software_are_redacted(text: str) -> None:
    assert "[redacted]" in redact(text)
    assert not re.search(r"ada|lovelace|eyJ|dim37a", redact(text))


def test_redacting_a_long_text_is_fast() -> None:
    assert redact("a" * 1_000_000 + "@") == "a" * 1_000_000 + "@"
    assert redact("eyJ" * 100_000) == "eyJ" * 100_000


def test_log_is_text_outside_lambda() -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] is TextFormatter
