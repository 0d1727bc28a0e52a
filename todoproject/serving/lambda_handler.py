"""What Lambda calls: `handler` for every event; Zappa's handler behind it serves them."""

import base64
import importlib
import sys
from types import ModuleType
from typing import Any

Event = dict[str, Any]

# An answer travels as a JSON string, of at most 6 MB: each quote in it costs two bytes, in base64 each third byte one
# more. A list, at most 4 MB, fits as the latter.
BASE64_FROM = 1_000_000


class Later(ModuleType):
    """A module that is imported when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def zappa_without_sdk() -> ModuleType:
    """Import Zappa's handler with the AWS SDK put off: it is a quarter of a cold start, and no request needs it.

    All that Zappa asks of the SDK while it is imported is boto3.Session, for annotations.
    """
    boto3, botocore = Later("boto3"), Later("botocore")
    if not {"boto3", "botocore"} & sys.modules.keys():
        sys.modules.update(boto3=boto3, botocore=botocore)
        boto3.Session = object  # type: ignore[attr-defined]
        importlib.import_module("zappa.utilities")
        del boto3.Session
        del sys.modules["boto3"], sys.modules["botocore"]
    return importlib.import_module("zappa.handler")


zappa = zappa_without_sdk()


def handler(event: Event, context: Any) -> Any:
    """Serve one event: a request by API Gateway or a function URL, a schedule, or a command of Zappa's."""
    answer = zappa.lambda_handler(with_honest_headers(event), context)
    if isinstance(answer, dict) and len(answer.get("body") or "") > BASE64_FROM and not answer.get("isBase64Encoded"):
        answer |= {"body": base64.b64encode(answer["body"].encode()).decode(), "isBase64Encoded": True}
    return answer


def with_honest_headers(event: Event) -> Event:
    """Return the event with headers as an HTTP server would have passed them on.

    X-Forwarded-For is the address that the request came from, and nothing that the client added. A name
    with an underscore is dropped: WSGI cannot tell it from the one with a hyphen. Values are bytes read as
    Latin-1, as WSGI has them.
    """
    if "headers" not in event and "multiValueHeaders" not in event:
        return event
    event = event | {"headers": {name: latin(value) for name, value in honest(event.get("headers"))}}
    if address := source_address(event):
        event["headers"]["X-Forwarded-For"] = address
    if event.get("cookies"):
        event["cookies"] = [latin(cookie) for cookie in event["cookies"]]
    if event.get("multiValueHeaders"):
        several = honest(event["multiValueHeaders"])
        event["multiValueHeaders"] = {name: [latin(value) for value in values] for name, values in several}
    return event


def source_address(event: Event) -> str | None:
    """Return the address that a request came from, as the gateway saw it, if it tells."""
    context = event.get("requestContext") or {}
    source = context.get("http") or context.get("identity") or {}
    return source.get("sourceIp")


def honest(headers: dict[str, Any] | None) -> list[tuple[str, Any]]:
    return [(n, v) for n, v in (headers or {}).items() if "_" not in n and n.lower() != "x-forwarded-for"]


def latin(value: str) -> str:
    return value.encode("utf-8", "replace").decode("latin-1")


def purge_deleted(event: Event, context: Any) -> None:
    """Forget deleted todos and browser sessions whose time is over; scheduled in zappa_settings.json."""
    from django.core.management import call_command

    call_command("purge_deleted")
