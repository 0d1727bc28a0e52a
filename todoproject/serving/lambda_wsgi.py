"""The WSGI application for Zappa on Lambda, also below a stage prefix such as /dev."""

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.urls import reverse

from todoproject.wsgi import application as django

Event = dict[str, Any]

if ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start") in os.environ.items():
    reverse("root")  # Imports the modules of all URLs, so that the snapshot contains them.


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve a request with the path, stage prefix, content type and length that its event has.

    Zappa assumes a stage prefix wherever the host is amazonaws.com, and strips it from every path that begins with the
    same letters. It only passes on a body's type and length for POST, PUT, PATCH and DELETE.
    """
    environ["SCRIPT_NAME"], path = split_path(environ["lambda.event"])
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["CONTENT_TYPE"] = environ.get("HTTP_CONTENT_TYPE", "")
    environ["CONTENT_LENGTH"] = str(len(environ["wsgi.input"].getbuffer()))
    return django(environ, start_response)


def split_path(event: Event) -> tuple[str, str]:
    """Return the stage prefix (empty if the request came without it) and the path below it.

    The events of REST APIs (v1) have the full path in the context, and the path below the stage in `path`. Those of
    HTTP APIs and function URLs (v2) have the full path only; it begins with the stage at the API's own address. Custom
    domains have no prefix.
    """
    context = event.get("requestContext") or {}
    stage = f"/{context.get('stage')}"
    is_v2 = "rawPath" in event
    path: str = event["rawPath"] if is_v2 else event["path"]
    full_path: str = path if is_v2 else context.get("path") or path
    if full_path != stage and not full_path.startswith(f"{stage}/"):
        return "", path
    if is_v2:
        return stage, path.removeprefix(stage)
    return ("", path) if full_path == path else (stage, path)
