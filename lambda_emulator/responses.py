"""Converts a function's result to an HTTP response, as API Gateway and function URLs do."""

import base64
import json
import re
from typing import Any, NamedTuple

from lambda_emulator.invoke_api import InvocationResult

DEFAULT_TYPE = {"v1": "application/json", "v2": "text/plain;charset=UTF-8", "url": "application/json"}
CONNECTION_HEADERS = {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class GatewayResponse(NamedTuple):
    """A status, headers in order, and a body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class MalformedResponseError(ValueError):
    """Raised if a function returned something other than an HTTP response."""


def error_response(status: int, message: str) -> GatewayResponse:
    """Return one of API Gateway's own error responses."""
    return GatewayResponse(status, [("Content-Type", "application/json")], json.dumps({"message": message}).encode())


def build_response(result: InvocationResult, event_format: str) -> GatewayResponse:
    """Return the function's response, or API Gateway's own error if the function failed or returned something else.

    The header WWW-Authenticate keeps its name, though a REST API renames it to x-amzn-Remapped-WWW-Authenticate.
    """
    if result.error == "RequestTooLarge":
        return error_response(413, "Request Too Long")
    try:
        returned = json.loads(result.payload)
        if result.error and returned.get("errorType") == "Sandbox.Timedout":
            return error_response(504, "Endpoint request timed out")
        if result.error:
            raise MalformedResponseError(result.error)
        return parse_returned_response(returned, event_format)
    except (AttributeError, TypeError, ValueError):
        return error_response(502, "Internal server error")


def parse_returned_response(returned: Any, event_format: str) -> GatewayResponse:
    """Return the response that a function returned as JSON. Raises MalformedResponseError if API Gateway rejects it."""
    if not isinstance(returned, dict):
        raise MalformedResponseError("not an object")
    headers = single_headers(returned.get("headers"))
    if event_format == "v1":
        headers = merge_headers(headers, flatten_multi_value_headers(returned.get("multiValueHeaders")))
    else:
        headers += [("Set-Cookie", header_text(cookie)) for cookie in returned.get("cookies") or []]
    headers = [(name, value) for name, value in headers if name.lower() not in CONNECTION_HEADERS]
    if not all(HEADER_NAME.fullmatch(name) and HEADER_VALUE.fullmatch(value) for name, value in headers):
        raise MalformedResponseError("a header")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", DEFAULT_TYPE[event_format]))
    return GatewayResponse(parse_status(returned.get("statusCode")), headers, decode_body(returned))


def parse_status(value: Any) -> int:
    status = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else 0
    if not 200 <= status <= 599:
        raise MalformedResponseError("its statusCode")
    return status


def decode_body(returned: dict[str, Any]) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponseError("its body")
    return base64.b64decode(body, validate=True) if returned.get("isBase64Encoded") is True else body.encode()


def header_text(value: Any) -> str:
    """Return a header's value as text; numbers and booleans become JSON."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise MalformedResponseError("a header")
    return value


def single_headers(headers: Any) -> list[tuple[str, str]]:
    return [(name, header_text(value)) for name, value in (headers or {}).items()]


def flatten_multi_value_headers(headers: Any) -> list[tuple[str, str]]:
    """Return a pair for each value of each header; None means no headers."""
    return [(name, header_text(value)) for name, values in (headers or {}).items() for value in values]


def merge_headers(single: list[tuple[str, str]], multiple: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Merge single and multi-value headers; a header with the same value in both is sent once."""
    known = {(name.lower(), value) for name, value in multiple}
    return [pair for pair in single if (pair[0].lower(), pair[1]) not in known] + multiple
