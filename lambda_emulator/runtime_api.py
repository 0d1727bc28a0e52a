"""The Runtime API: how the runtime client inside an instance fetches its events and returns its responses.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import re
from enum import Enum
from http.server import BaseHTTPRequestHandler
from queue import SimpleQueue
from typing import NamedTuple

from lambda_emulator.http_server import BackgroundServer, QuietHandlerMixin

PAYLOAD_BYTES = 6_291_556  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
API_PATH = "/2018-06-01/runtime"
TOO_LARGE = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes)."


class Call(NamedTuple):
    """One event on its way to an instance, with the headers that describe it."""

    request_id: str
    event: bytes
    headers: dict[str, str]


class EventKind(Enum):
    """The kinds of events in the life of an instance."""

    READY = "ready"
    INIT_ERROR = "init error"
    ACCEPTED = "accepted"
    RESPONSE = "response"  # as in the path of a POST
    ERROR = "error"  # as in the path of a POST
    TOO_LARGE = "too large"
    EXIT = "exit"
    TIMEOUT = "timeout"


class RuntimeEvent(NamedTuple):
    """An event in the life of an instance."""

    kind: EventKind
    payload: bytes = b""
    request_id: str = ""


class RuntimeAPI(BackgroundServer):
    """The endpoint of one instance: it passes `calls` to the instance, and puts its events into `runtime_events`."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Call | None] = SimpleQueue()
        self.runtime_events: SimpleQueue[RuntimeEvent] = SimpleQueue()
        self.is_ready = False
        super().__init__(RuntimeHandler)

    def report(self, kind: EventKind, payload: bytes = b"", request_id: str = "") -> None:
        self.runtime_events.put(RuntimeEvent(kind, payload, request_id))

    def close(self) -> None:
        self.calls.put(None)
        super().close()


class RuntimeHandler(QuietHandlerMixin, BaseHTTPRequestHandler):
    """One connection of the client: GET waits for the next call, POST delivers its response or error."""

    protocol_version = "HTTP/1.1"
    server: RuntimeAPI

    def do_GET(self) -> None:
        if self.path == f"{API_PATH}/restore/next":  # SnapStart. No snapshot is made: the instance goes on.
            return self.send_json(200, {})
        if self.path != f"{API_PATH}/invocation/next":
            return self.send_json(404, {"errorMessage": "Not found", "errorType": "NotFound"})
        if not self.server.is_ready:
            self.server.is_ready = True
            self.server.report(EventKind.READY)
        call = self.server.calls.get()
        if call is None:
            self.close_connection = True
            return None
        self.server.report(EventKind.ACCEPTED, request_id=call.request_id)
        return self.send(200, call.event, call.headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == f"{API_PATH}/init/error":
            self.server.report(EventKind.INIT_ERROR, body)
        elif match := re.fullmatch(rf"{API_PATH}/invocation/([\w-]+)/(response|error)", self.path):
            request_id, kind = match.groups()
            if len(body) > PAYLOAD_BYTES:
                self.server.report(EventKind.TOO_LARGE, request_id=request_id)
                return self.send_json(413, {"errorMessage": TOO_LARGE, "errorType": "RequestEntityTooLarge"})
            self.server.report(EventKind(kind), body, request_id)
        else:
            return self.send_json(404, {"errorMessage": "Not found", "errorType": "NotFound"})
        return self.send_json(202, {"status": "OK"})

    def send_json(self, status: int, content: dict[str, str]) -> None:
        self.send(status, json.dumps(content).encode(), {})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Send a response. It has a Content-Type, because Lambda's runtime client crashes without one."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
