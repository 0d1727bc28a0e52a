"""Builds the WSGI environ of a request from its ASGI scope and its body."""

import sys
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes


class Body(NamedTuple):
    """A request's body. If it is too large, `content` is empty, and `length` is what is known of its length."""

    length: int
    content: bytes | bytearray

    @property
    def is_complete(self) -> bool:
        return self.length == len(self.content)


def build_environ(scope: dict[str, Any], body: Body) -> dict[str, Any]:
    """Return the environ (PEP 3333).

    The body was decoded from its chunks, so it has a length and no transfer encoding. Headers with an underscore are
    dropped: X_Forwarded_For would become the same WSGI variable as X-Forwarded-For.
    """
    (server, port), (client, _) = scope["server"], scope["client"]
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body.content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" not in name:
            key, text = get_variable_name(name), value.decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(body.length)
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        del environ["HTTP_TRANSFER_ENCODING"]
    return environ


def get_variable_name(header: bytes) -> str:
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
