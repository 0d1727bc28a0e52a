"""The API as it is served elsewhere: with `--lambda` every call of a test goes over HTTP, to a local Lambda.

A pytest plugin that only that option registers. The tests and the served application share one database, so
a test's rows are committed, and deleted after it. Tests that look into the process of the application are
marked `in_process`, with the reason, and skipped.
"""

import json
import os
import platform
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import TransactionTestCase
from django.test.client import ClientHandler
from django.urls import set_script_prefix

from testing.server import Answer, Caller

STAGE = "dev"
PREFIX = f"/{STAGE}/"

# Whoever uses one of these fixtures calls the API; with the others, has rows that it shall see.
CALLERS = {"client", "api", "user_client", "admin_client", "server"}
DATABASES = {"db", "transactional_db"}

# Fixtures by which a caller reaches into the process of the application, and why not from outside.
IN_PROCESS = {
    "settings": "changes the settings of this process alone",
    "caplog": "reads the log of this process alone",
    "django_assert_num_queries": "counts the statements of this process alone",
    "django_assert_max_num_queries": "counts the statements of this process alone",
}

# Rows that migrations made.
KEPT = {"auth.permission", "contenttypes.contenttype"}

# What of a request or an answer must not be in the log: addresses, tokens, passwords in JSON and in forms, cookies.
SECRETS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=password\": \")[^\"\\]{8,}|(?<=password=)[^&]{8,}|(?<=sessionid=)\w{8,}|(?<=csrftoken=)\w{8,}"
)

CSRF_TOKEN = "a" * 32
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, by name, what cannot be done from outside; of all others let the rows be seen there. The log comes last."""
    items.sort(key=lambda item: item.path.name == "test_whole_log.py")
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        reasons = [str(mark.args[0]) for mark in item.iter_markers("in_process")]
        reasons += [reason for name, reason in IN_PROCESS.items() if name in fixtures and fixtures & CALLERS]
        if reasons:
            item.add_marker(pytest.mark.skip(reason=f"{item.name}: {reasons[0]}"))
        elif fixtures & (CALLERS | DATABASES) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def remote(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Remote"]:
    """The served application; from now on the calls of all test clients go there."""
    with (
        served(tmp_path_factory.mktemp("served")) as (url, log),
        Remote(url, log) as remote,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(ClientHandler, "__call__", lambda handler, environ: remote.answer(handler, environ))
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield remote


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have the application served for a test that calls it, and `reverse()` give the addresses that it has there."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("remote")
        set_script_prefix(PREFIX)
    yield
    set_script_prefix("/")


def empty_tables(_: Any = None) -> None:
    """Delete every row of a test; Django's own flush would make those of the migrations anew, which takes long."""
    models = [model._meta for model in apps.get_models(include_auto_created=True)]
    tables = {meta.db_table for meta in models if meta.managed and meta.label_lower not in KEPT}
    with transaction.atomic(), connection.cursor() as cursor:  # Foreign keys are checked at its end, so in any order.
        cursor.execute(";".join(f'DELETE FROM "{table}"' for table in sorted(tables)))  # noqa: S608


class Remote(Caller):
    """What is served elsewhere, for the test clients and, by `call` and `sign_up`, for any thread."""

    prefix = PREFIX[:-1]

    def __init__(self, url: str, log: Path) -> None:
        self.port = urlsplit(url).port or 80
        self.log = log
        self.idle: list[HTTPConnection] = []
        self.secrets: set[str] = set()  # all that were sent or answered

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *exc: object) -> None:
        for kept in self.idle:
            kept.close()

    def answer(self, handler: ClientHandler, environ: dict[str, Any]) -> HttpResponse:
        """Send what a test client made for the application, and return the answer as the client expects it."""
        method, headers = environ["REQUEST_METHOD"], headers_of(environ)
        if not handler.enforce_csrf_checks and method not in SAFE_METHODS:
            add_csrf_token(headers)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self.connection() as http:
            answer = answer_from(exchanged(http, method, target_of(environ), body, headers))
        self.remember(headers, body, answer.headers, answer.content)
        answer.wsgi_request = HttpRequest()  # type: ignore[attr-defined]
        return answer

    def call(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> Answer:
        answer = super().call(method, path, body, token=token, **headers)
        self.remember(token, headers, json.dumps(body) if not isinstance(body, bytes) else body, *answer)
        return answer

    def remember(self, *parts: Any) -> None:
        """Keep the secrets in what was sent and answered."""
        for part in parts:
            text = part[:100_000].decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
            self.secrets.update(SECRETS.findall(text))

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        """A connection that nobody else is using; one that the server has ended meanwhile is opened anew."""
        try:
            http = self.idle.pop()
        except IndexError:
            http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        if http.sock and select([http.sock], [], [], 0)[0]:
            http.close()
        try:
            yield http
        except BaseException:
            http.close()
            raise
        self.idle.append(http)


def exchanged(http: HTTPConnection, method: str, target: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
    chunked = "Transfer-Encoding" in headers
    with suppress(BrokenPipeError, ConnectionResetError):  # A body may be refused before it is sent whole.
        http.request(method, target, body if body or chunked else None, headers, encode_chunked=chunked)
    return http.getresponse()


def prefixed(path: str) -> str:
    """The path under the stage; one that the application emitted is there already."""
    return path if path.startswith(PREFIX) else PREFIX + path.removeprefix("/")


def target_of(environ: dict[str, Any]) -> str:
    """The path and query, with what no request line can carry percent-encoded, as any HTTP client does."""
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=")
    query = quote(environ["QUERY_STRING"].encode("latin-1"), safe=string.punctuation)
    return prefixed(path) + (f"?{query}" if query else "")


def headers_of(environ: dict[str, Any]) -> dict[str, str]:
    named = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers = {"Host": environ["SERVER_NAME"]} | named
    if not headers["Cookie"]:
        del headers["Cookie"]
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return headers


def add_csrf_token(headers: dict[str, str]) -> None:
    """Do what a browser's page does, for a client that in the process would be spared the check."""
    name = settings.CSRF_COOKIE_NAME
    cookies = headers.get("Cookie", "").split("; ")
    kept = [value for key, _, value in (cookie.partition("=") for cookie in cookies) if key == name]
    if not kept:
        headers["Cookie"] = "; ".join([*filter(None, cookies), f"{name}={CSRF_TOKEN}"])
    headers["X-Csrftoken"] = kept[0] if kept else CSRF_TOKEN


def answer_from(response: HTTPResponse) -> HttpResponse:
    answer = HttpResponse(response.read(), status=response.status, reason=response.reason)
    del answer["Content-Type"]
    for name, value in response.getheaders():
        if name.lower() == "set-cookie":
            answer.cookies.load(value)
        else:
            answer[name] = f"{answer[name]}, {value}" if name in answer else value
    for cookie in answer.cookies.values():
        if cookie["max-age"]:
            cookie["max-age"] = int(cookie["max-age"])
    return answer


@contextmanager
def served(directory: Path) -> Iterator[tuple[str, Path]]:
    """Serve the package, as it goes to Lambda, on the database of the tests; give the URL of its stage, and its log.

    EVENTS in the environment chooses between a REST API (v1) and an HTTP API (v2), as for `make lambda`.
    """
    from deploy.package import MACHINES, build
    from lambda_emulator.function import Function
    from lambda_emulator.gateway import Front

    machines = {machine: architecture for architecture, machine in MACHINES.items()}
    package = build(directory / "package.zip", stage=STAGE, architecture=machines[platform.machine()])
    url = urlsplit(os.environ["DATABASE_URL"])
    [sockets] = parse_qs(url.query)["host"]
    Path(sockets).chmod(0o711)  # The function runs as a user of its own.
    environment = {
        "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        **{name: value for name, value in os.environ.items() if name.startswith("THROTTLE_")},
    }
    events = os.environ.get("EVENTS", "v1")
    with (
        Function(package, environment=environment, instances=8) as function,
        Front(function, events=events, stage=STAGE) as front,
    ):
        yield front.url, function.log
