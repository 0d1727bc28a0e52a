"""Adds the check of `testing.openapi` to the methods with which tests send requests; conftest.py installs both."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.test.client import FakePayload
from django.urls import get_script_prefix

from testing.openapi import Exchange, check_exchange


def check_requests(request: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method `request` of Django's test clients with the check added."""

    def checked_request(client: Any, **environ: Any) -> Any:
        sent_json = None
        if environ.get("CONTENT_TYPE") == "application/json" and "wsgi.input" in environ:
            sent_json = environ["wsgi.input"].read()
            environ["wsgi.input"] = FakePayload(sent_json)
        response = request(client, **environ)
        path = environ["PATH_INFO"].removeprefix(get_script_prefix().rstrip("/"))
        body = b"" if response.streaming else response.content
        query = environ.get("QUERY_STRING", "")
        method = environ.get("REQUEST_METHOD", "GET")
        check_exchange(Exchange(method, path, query, sent_json, response.status_code, response.headers, body))
        return response

    return checked_request


def check_sends(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method `send` of APICaller, which calls a real server, with the check added."""

    def checked_send(caller: Any, method: str, path: str, body: Any, **headers: str) -> Any:
        response = send(caller, method, path, body, **headers)
        url = urlsplit(path.removeprefix(caller.prefix))
        is_json = isinstance(body, bytes) and headers.get("Content-Type") == "application/json"
        check_exchange(Exchange(method, url.path, url.query, body if is_json else None, *response))
        return response

    return checked_send
