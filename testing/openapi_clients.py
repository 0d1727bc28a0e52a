"""Checks the requests of Django's test clients, and their responses, against schema.yml."""

from collections.abc import Callable
from typing import Any

from django.test.client import FakePayload
from django.urls import get_script_prefix

from testing.openapi import Exchange, check_exchange


def checked_requests(send: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method `request` of a test client, which sends a request with `send`, with the check added."""

    def request(client: Any, **environ: Any) -> Any:
        sent_json = None
        if environ.get("CONTENT_TYPE") == "application/json" and "wsgi.input" in environ:
            sent_json = environ["wsgi.input"].read()
            environ["wsgi.input"] = FakePayload(sent_json)
        response = send(client, **environ)
        path = environ["PATH_INFO"].removeprefix(get_script_prefix().rstrip("/"))
        body = b"" if response.streaming else response.content
        query = environ.get("QUERY_STRING", "")
        method = environ.get("REQUEST_METHOD", "GET")
        check_exchange(Exchange(method, path, query, sent_json, response.status_code, response.headers, body))
        return response

    return request
