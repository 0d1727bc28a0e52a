"""Calls the WSGI application directly, without a server or a test client, to measure what a request takes."""

import cProfile
import json
import pstats
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple


class WSGIResponse(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


def call_application(method: str, path: str, token: str, body: Any = None, **environ: str) -> WSGIResponse:
    """Send a request with a token, and a body as JSON if there is one; `environ` has further WSGI variables."""
    from todoproject.wsgi import application

    content = b"" if body is None else json.dumps(body).encode()
    variables = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(content),
    }
    started: list[Any] = []
    response: Any = application(variables | environ, lambda *arguments: started.extend(arguments))  # type: ignore[arg-type]
    content = b"".join(response)
    response.close()
    return WSGIResponse(int(started[0][:3]), dict(started[1]), content)


def count_function_calls(call: Callable[[], Any]) -> int:
    """Return how many functions a call calls, in Python and in C. It is the same on every machine."""
    profile = cProfile.Profile()
    profile.runcall(call)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
