"""The WSGI application as Zappa serves it on Lambda, below the path that it is reached by."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from todoproject.wsgi import application as django

Event = dict[str, Any]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application below the path that it is reached by, such as /dev.

    Zappa takes the stage for a part of the path wherever the host is amazonaws.com, and strips it from
    every path that begins with the same letters. It tells of a body with POST, PUT, PATCH and DELETE only.
    """
    environ["SCRIPT_NAME"], path = split_path(environ["lambda.event"])
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["CONTENT_TYPE"] = environ.get("HTTP_CONTENT_TYPE", "")
    environ["CONTENT_LENGTH"] = str(len(environ["wsgi.input"].getbuffer()))
    return django(environ, start_response)


def split_path(event: Event) -> tuple[str, str]:
    """Return the prefix that is not the application's, and the path below it.

    REST APIs (v1) tell the whole path in the context and the rest in the event; HTTP APIs and function URLs
    (v2) the whole one, which begins with the stage where it is the API's own address. A domain of one's own
    has no prefix.
    """
    context = event.get("requestContext") or {}
    stage = f"/{context.get('stage')}"
    http_api = "rawPath" in event
    path: str = event["rawPath"] if http_api else event["path"]
    whole: str = path if http_api else context.get("path") or path
    if whole != stage and not whole.startswith(f"{stage}/"):
        return "", path
    if http_api:
        return stage, path.removeprefix(stage)
    return ("", path) if whole == path else (stage, path)
