"""Calls the API on an emulated Lambda: from Django's test clients and from any thread."""

import json
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from select import select
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test.client import ClientHandler

from testing.server import APICaller, CallResponse

if TYPE_CHECKING:
    from lambda_emulator.gateway import Gateway

STAGE = "dev"
PREFIX = f"/{STAGE}/"

# Parts of requests and responses that must not be logged: addresses, tokens, passwords in JSON and forms, cookies.
SECRETS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=password\": \")[^\"\\]{8,}|(?<=password=)[^&]{8,}|(?<=sessionid=)\w{8,}|(?<=csrftoken=)\w{8,}"
)

CSRF_TOKEN = "a" * 32
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


class EmulatedAPI(APICaller):
    """The API behind an emulated gateway: test clients call `handle`; `call` and `sign_up` work from any thread."""

    prefix = PREFIX[:-1]

    def __init__(self, gateway: "Gateway") -> None:
        self.port = gateway.server_port
        self.log = gateway.function.log
        self.idle_connections: list[HTTPConnection] = []
        self.secrets: set[str] = set()  # those of all requests and responses so far

    def __enter__(self) -> "EmulatedAPI":
        return self

    def __exit__(self, *exc: object) -> None:
        for http in self.idle_connections:
            http.close()

    def handle(self, handler: ClientHandler, environ: dict[str, Any]) -> HttpResponse:
        """Send a test client's request to the API, and return Django's form of the response."""
        method, headers = environ["REQUEST_METHOD"], read_headers(environ)
        if not handler.enforce_csrf_checks and method not in SAFE_METHODS:
            add_csrf_token(headers)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self.connection() as http:
            response = django_response(send(http, method, build_target(environ), body, headers))
        self.remember_secrets(headers, body, response.headers, response.content)
        response.wsgi_request = HttpRequest()  # type: ignore[attr-defined]
        return response

    def call(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> CallResponse:
        response = super().call(method, path, body, token=token, **headers)
        sent_body = body if isinstance(body, bytes) else json.dumps(body)
        self.remember_secrets(token, headers, sent_body, *response)
        return response

    def remember_secrets(self, *parts: Any) -> None:
        """Collect the secrets in these parts, so that a test can check that none is in the log."""
        for part in parts:
            text = part[:100_000].decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
            self.secrets.update(SECRETS.findall(text))

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        """Yield a connection that no other thread uses. It reconnects if the server has closed it."""
        try:
            http = self.idle_connections.pop()
        except IndexError:
            http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        if http.sock and select([http.sock], [], [], 0)[0]:
            http.close()
        try:
            yield http
        except BaseException:
            http.close()
            raise
        self.idle_connections.append(http)


def send(http: HTTPConnection, method: str, target: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
    chunked = "Transfer-Encoding" in headers
    with suppress(BrokenPipeError, ConnectionResetError):  # A body may be refused before it is sent completely.
        http.request(method, target, body if body or chunked else None, headers, encode_chunked=chunked)
    return http.getresponse()


def add_stage(path: str) -> str:
    """Add the stage prefix to a path, unless it has one because it comes from the application."""
    return path if path.startswith(PREFIX) else PREFIX + path.removeprefix("/")


def build_target(environ: dict[str, Any]) -> str:
    """Return the path and query; percent-encode what a request line cannot contain, as every HTTP client does."""
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=")
    query = quote(environ["QUERY_STRING"].encode("latin-1"), safe=string.punctuation)
    return add_stage(path) + (f"?{query}" if query else "")


def read_headers(environ: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a WSGI environment, named as a client sends them."""
    named = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers = {"Host": environ["SERVER_NAME"]} | named
    if not headers["Cookie"]:
        del headers["Cookie"]
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return headers


def add_csrf_token(headers: dict[str, str]) -> None:
    """Add a valid CSRF cookie and header, for a test client that does not enforce the check."""
    name = settings.CSRF_COOKIE_NAME
    cookies = headers.get("Cookie", "").split("; ")
    tokens = [value for key, _, value in (cookie.partition("=") for cookie in cookies) if key == name]
    if not tokens:
        headers["Cookie"] = "; ".join([*filter(None, cookies), f"{name}={CSRF_TOKEN}"])
    headers["X-Csrftoken"] = tokens[0] if tokens else CSRF_TOKEN


def django_response(received: HTTPResponse) -> HttpResponse:
    response = HttpResponse(received.read(), status=received.status, reason=received.reason)
    del response["Content-Type"]
    for name, value in received.getheaders():
        if name.lower() == "set-cookie":
            response.cookies.load(value)
        else:
            response[name] = f"{response[name]}, {value}" if name in response else value
    for cookie in response.cookies.values():
        if cookie["max-age"]:
            cookie["max-age"] = int(cookie["max-age"])
    return response
