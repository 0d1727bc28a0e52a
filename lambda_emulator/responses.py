"""The HTTP answers that API Gateway and function URLs make of what a function returned."""

import base64
import json
import re
from typing import Any, NamedTuple

from lambda_emulator.function import Invocation

DEFAULT_TYPE = {"v1": "application/json", "v2": "text/plain;charset=UTF-8", "url": "application/json"}
OWN = {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class Answer(NamedTuple):
    """A status, headers in order, and a body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class MalformedError(ValueError):
    """A function returned something that is no HTTP answer."""


def message(status: int, text: str) -> Answer:
    """Return an answer of API Gateway's own."""
    return Answer(status, [("Content-Type", "application/json")], json.dumps({"message": text}).encode())


def answer_to(invocation: Invocation, events: str) -> Answer:
    """Return a function's answer, or API Gateway's own if the function failed or returned none.

    A header WWW-Authenticate stays as it is, though a REST API renames it to x-amzn-Remapped-WWW-Authenticate.
    """
    if invocation.error == "RequestTooLarge":
        return message(413, "Request Too Long")
    try:
        returned = json.loads(invocation.payload)
        if invocation.error and returned.get("errorType") == "Sandbox.Timedout":
            return message(504, "Endpoint request timed out")
        if invocation.error:
            raise MalformedError(invocation.error)
        return answer_from(returned, events)
    except (AttributeError, TypeError, ValueError):
        return message(502, "Internal server error")


def answer_from(returned: Any, events: str) -> Answer:
    if not isinstance(returned, dict):
        raise MalformedError("no object")
    headers = single_headers(returned.get("headers"))
    if events == "v1":
        headers = merged(headers, multiple_headers(returned.get("multiValueHeaders")))
    else:
        headers += [("Set-Cookie", text_of(cookie)) for cookie in returned.get("cookies") or []]
    headers = [(name, value) for name, value in headers if name.lower() not in OWN]
    if not all(NAME.fullmatch(name) and VALUE.fullmatch(value) for name, value in headers):
        raise MalformedError("a header")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", DEFAULT_TYPE[events]))
    return Answer(status_of(returned.get("statusCode")), headers, body_of(returned))


def status_of(value: Any) -> int:
    status = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else 0
    if not 200 <= status <= 599:
        raise MalformedError("its statusCode")
    return status


def body_of(returned: dict[str, Any]) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedError("its body")
    return base64.b64decode(body, validate=True) if returned.get("isBase64Encoded") is True else body.encode()


def text_of(value: Any) -> str:
    """Return a header's value as text; numbers and switches are written as in JSON."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise MalformedError("a header")
    return value


def single_headers(headers: Any) -> list[tuple[str, str]]:
    return [(name, text_of(value)) for name, value in (headers or {}).items()]


def multiple_headers(headers: Any) -> list[tuple[str, str]]:
    return [(name, text_of(value)) for name, values in (headers or {}).items() for value in values]


def merged(single: list[tuple[str, str]], multiple: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join both kinds of headers; what stands in both with the same value is sent once."""
    known = {(name.lower(), value) for name, value in multiple}
    return [pair for pair in single if (pair[0].lower(), pair[1]) not in known] + multiple
