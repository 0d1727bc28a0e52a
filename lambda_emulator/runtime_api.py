"""The Runtime API, which the runtime client inside an instance asks for calls and tells their answers."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

PAYLOAD_BYTES = 6_291_556  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
RUNTIME = "/2018-06-01/runtime"
TOO_LARGE = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes)."


class Call(NamedTuple):
    """One event on its way to an instance."""

    request_id: str
    event: bytes
    headers: dict[str, str]


class News(NamedTuple):
    """What an instance reports: `ready`, `taken`, `response`, `error`, `too large`, `init error` or `exit`."""

    kind: str
    payload: bytes = b""
    request_id: str = ""


class RuntimeAPI(ThreadingHTTPServer):
    """The endpoint of one instance: it hands out `calls` and tells of what happens in `news`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.calls: SimpleQueue[Call | None] = SimpleQueue()
        self.news: SimpleQueue[News] = SimpleQueue()
        self.asked = False
        super().__init__(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        self.calls.put(None)
        self.shutdown()
        self.server_close()
        self.thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that is killed leaves its connection broken."""


class Handler(BaseHTTPRequestHandler):
    """One connection of the client; the path names the call, the method whether it asks or tells."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: RuntimeAPI

    def do_GET(self) -> None:
        if self.path != f"{RUNTIME}/invocation/next":
            return self.answer(404, {"errorMessage": "Not found", "errorType": "NotFound"})
        if not self.server.asked:
            self.server.asked = True
            self.server.news.put(News("ready"))
        call = self.server.calls.get()
        if call is None:
            self.close_connection = True
            return None
        self.server.news.put(News("taken", request_id=call.request_id))
        return self.send(200, call.event, call.headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == f"{RUNTIME}/init/error":
            self.server.news.put(News("init error", body))
        elif match := re.fullmatch(rf"{RUNTIME}/invocation/([\w-]+)/(response|error)", self.path):
            request_id, kind = match.groups()
            if len(body) > PAYLOAD_BYTES:
                self.server.news.put(News("too large", b"", request_id))
                return self.answer(413, {"errorMessage": TOO_LARGE, "errorType": "RequestEntityTooLarge"})
            self.server.news.put(News(kind, body, request_id))
        else:
            return self.answer(404, {"errorMessage": "Not found", "errorType": "NotFound"})
        return self.answer(202, {"status": "OK"})

    def answer(self, status: int, content: dict[str, str]) -> None:
        self.send(status, json.dumps(content).encode(), {})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Send it with a Content-Type: the client's library crashes without one."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the function's log is its own."""
