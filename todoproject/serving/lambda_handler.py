"""The entry points of the Lambda function: `handler` sanitizes each event and passes it to Zappa's handler."""

import base64
import importlib
import sys
from types import ModuleType
from typing import Any

Event = dict[str, Any]

# Lambda returns a response as JSON of at most 6 MB, in which escaping can double a body; base64 only adds a third. So
# bodies of more characters than this are sent as base64; a list of at most 4 MB then fits.
BASE64_THRESHOLD = 1_000_000


class LazyModule(ModuleType):
    """A module that is imported when one of its attributes is first used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python itself looks for __path__.
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def import_zappa() -> ModuleType:
    """Import Zappa's handler without what requests do not need: the AWS SDK, and the server and client of Werkzeug.

    They take a third of a cold start. While Zappa and Werkzeug are imported, they only use one name of each.
    """
    names = {"boto3": "Session", "botocore": "session", "werkzeug.serving": "run_simple", "werkzeug.test": "Client"}
    skipped = {name: LazyModule(name) for name in names if name not in sys.modules}
    sys.modules.update(skipped)
    for name, module in skipped.items():
        setattr(module, names[name], object)
    handler = importlib.import_module("zappa.handler")
    for name, module in skipped.items():
        delattr(module, names[name])
        del sys.modules[name]
    return handler


zappa = import_zappa()


def handler(event: Event, context: Any) -> Any:
    """Serve one event: a request from API Gateway or a function URL, a schedule, or a command of Zappa's."""
    result = zappa.lambda_handler(sanitize_event_headers(event), context)
    if not isinstance(result, dict):
        return result
    remove_repeated_cookies(result)
    body = result.get("body") or ""
    if len(body) > BASE64_THRESHOLD and not result.get("isBase64Encoded"):
        result |= {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}
    return result


def remove_repeated_cookies(result: dict[str, Any]) -> None:
    """Leave each `Set-Cookie` header of a response once: Zappa repeats it, in both sets of headers."""
    if "cookies" in result:  # HTTP APIs and function URLs
        result["cookies"] = list(dict.fromkeys(result["cookies"]))
    if "multiValueHeaders" in result:  # REST APIs, which merge both sets
        headers = result["multiValueHeaders"]
        cookies = [value for name, values in headers.items() if name.lower() == "set-cookie" for value in values]
        result["multiValueHeaders"] = without_cookies(headers)
        if cookies:
            result["multiValueHeaders"]["Set-Cookie"] = list(dict.fromkeys(cookies))
        result["headers"] = without_cookies(result.get("headers") or {})


def without_cookies(headers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name.lower() != "set-cookie"}


def sanitize_event_headers(event: Event) -> Event:
    """Return the event with the headers that an HTTP server would pass on; other events unchanged.

    X-Forwarded-For becomes the client address that the gateway saw. Names with an underscore are dropped: WSGI cannot
    tell them from names with a hyphen. Values are UTF-8 bytes decoded as Latin-1, as in WSGI.
    """
    if "headers" not in event and "multiValueHeaders" not in event:
        return event
    event = event | {
        "headers": {name: to_wsgi_string(value) for name, value in drop_untrusted_headers(event.get("headers"))}
    }
    if address := get_source_address(event):
        event["headers"]["X-Forwarded-For"] = address
    if event.get("cookies"):
        event["cookies"] = [to_wsgi_string(cookie) for cookie in event["cookies"]]
    if event.get("multiValueHeaders"):
        headers = drop_untrusted_headers(event["multiValueHeaders"])
        event["multiValueHeaders"] = {name: [to_wsgi_string(value) for value in values] for name, values in headers}
    return event


def get_source_address(event: Event) -> str | None:
    """Return the client address that the gateway saw, if the event has it."""
    context = event.get("requestContext") or {}
    source = context.get("http") or context.get("identity") or {}
    return source.get("sourceIp")


def drop_untrusted_headers(headers: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return [(n, v) for n, v in (headers or {}).items() if "_" not in n and n.lower() != "x-forwarded-for"]


def to_wsgi_string(value: str) -> str:
    return value.encode("utf-8", "replace").decode("latin-1")


def purge_deleted(event: Event, context: Any) -> None:
    """Purge old tombstones and expired browser sessions; scheduled in zappa_settings.json."""
    from django.core.management import call_command

    call_command("purge_deleted")
