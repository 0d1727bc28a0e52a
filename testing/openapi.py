"""Checks real requests and responses against schema.yml.

conftest.py has it check those of all tests; benchmarks, which measure time, do without. HTML pages are not described in
the document. Of a long array, the first items are checked.
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from accounts.passwords import normalize_password
from testing.markdown import read_document

CHECKED_ITEMS = 20
DOCUMENT = "urn:openapi"


class Exchange(NamedTuple):
    """A request and its response; header names of the response are case-insensitive."""

    method: str
    path: str  # without the prefix of a stage
    query: str
    sent_json: bytes | None
    status: int
    headers: Mapping[str, str]
    body: bytes


class UndocumentedExchangeError(AssertionError):
    """Raised if a request or a response is not what schema.yml says."""


@cache
def load_document() -> dict[str, Any]:
    return yaml.load(read_document("schema.yml"), Loader=yaml.CSafeLoader)


@cache
def build_validator(pointer: str) -> Draft202012Validator:
    """Return the validator of the schema at a JSON pointer in the document."""
    resource = DRAFT202012.create_resource(load_document())
    registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
    return Draft202012Validator({"$ref": f"{DOCUMENT}#{pointer}"}, registry=registry)


def build_pointer(*keys: object) -> str:
    return "".join(
        "/" + str(key).replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for key in keys
    )


@cache
def compile_paths() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in load_document()["paths"]]


def find_operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the documented path and operation of a request, or None. The trailing slash is optional."""
    path = f"{path.rstrip('/')}/"
    for pattern, documented in compile_paths():
        if pattern.fullmatch(path):
            operation = load_document()["paths"][documented].get(method.lower())
            return (documented, operation) if operation else None
    return None


def check_exchange(exchange: Exchange) -> None:
    """Raise UndocumentedExchangeError unless the operation documents this response, and this request if it succeeded.

    Calls that the document does not have, such as 405s and OPTIONS, are not checked. Neither are responses with the
    status 500: tests that cause one check them.
    """
    if exchange.headers.get("Content-Type", "").startswith("text/html") or exchange.status == 500:
        return
    found = find_operation(exchange.method, exchange.path)
    if found is None:
        return
    place = build_pointer("paths", found[0], exchange.method.lower())
    check_response(place, found[1], exchange)
    if 200 <= exchange.status < 300:
        check_query(found[1], exchange)
        if exchange.sent_json is not None and "requestBody" in found[1]:
            check_request(place, found[1], exchange)


def check_response(place: str, operation: dict[str, Any], exchange: Exchange) -> None:
    name = f"{operation['operationId']} {exchange.status}"
    response = operation["responses"].get(str(exchange.status))
    if response is None:
        # Every body can be too large or in another charset, also where none is needed.
        if exchange.status in (413, 415) and "requestBody" not in operation:
            return
        raise UndocumentedExchangeError(f"{name}: this status is not documented")
    pointer = place + build_pointer("responses", exchange.status)
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = load_document()["components"]["responses"][pointer.rpartition("/")[2]]
    for header, described in response.get("headers", {}).items():
        if header in exchange.headers:
            check_text(described["schema"], exchange.headers[header], f"{name} {header}")
    if exchange.method != "HEAD":
        check_body(pointer, response.get("content", {}), exchange, name)


def check_body(pointer: str, content: dict[str, Any], exchange: Exchange, name: str) -> None:
    media_type = exchange.headers.get("Content-Type", "").partition(";")[0]
    if not content and not exchange.body:
        return
    if media_type not in content:
        raise UndocumentedExchangeError(f"{name}: {media_type or 'a body'} is not documented")
    if media_type == "application/json":
        check_value(pointer + build_pointer("content", media_type, "schema"), json.loads(decoded_body(exchange)), name)


def decoded_body(exchange: Exchange) -> bytes:
    is_compressed = exchange.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(exchange.body) if is_compressed else exchange.body


def check_query(operation: dict[str, Any], exchange: Exchange) -> None:
    """Check the query of an accepted request. The operations about the service ignore what they do not know."""
    if operation["tags"] == ["Service"]:
        return
    known = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "query"}
    for name, value in parse_qsl(exchange.query, keep_blank_values=True):
        if name in known:
            check_text(known[name], value, f"{operation['operationId']} {name}")
        elif name != "format":
            raise UndocumentedExchangeError(f"{operation['operationId']}: the parameter {name} is not documented")


def check_request(place: str, operation: dict[str, Any], exchange: Exchange) -> None:
    pointer = place + build_pointer("requestBody", "content", "application/json", "schema")
    value = json.loads(exchange.sent_json or b"")
    if exchange.method in ("PUT", "PATCH"):
        value = without_read_only_fields(value)
    check_value(pointer, trimmed(value), f"the body of {operation['operationId']}")


def without_read_only_fields(value: Any) -> Any:
    """Return a body without the fields that may be sent back unchanged; `id` names the todo of an item."""
    if isinstance(value, list):
        return [without_read_only_fields(item) | {"id": item["id"]} for item in value]
    properties = load_document()["components"]["schemas"]["Todo"]["properties"]
    return {
        name: each for name, each in value.items() if name == "revision" or not properties.get(name, {}).get("readOnly")
    }


def trimmed(value: Any) -> Any:
    """Return a body in the form in which lengths count: without white space around texts, passwords composed."""
    if isinstance(value, dict):
        return {name: normalize_password(each) if "password" in name else trimmed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trimmed(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def check_text(schema: dict[str, Any], text: str, name: str) -> None:
    """Check the value of a header or a query parameter."""
    value = int(text) if schema["type"] == "integer" and text.isdecimal() else text
    report(Draft202012Validator(schema).iter_errors(value), name)


def check_value(pointer: str, value: Any, name: str) -> None:
    value = value[:CHECKED_ITEMS] if isinstance(value, list) else value
    report(build_validator(pointer).iter_errors(value), name)


def report(errors: Iterable[Any], name: str) -> None:
    for error in errors:
        raise UndocumentedExchangeError(f"{name}: {error.message[:300]} at {error.json_path}")
