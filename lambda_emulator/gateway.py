"""API Gateway, or a function URL, on this machine."""

import sys
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

from lambda_emulator.events import MAKERS, Request
from lambda_emulator.function import Function
from lambda_emulator.responses import Answer, answer_to, message

BODY_BYTES = 10_000_000  # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
PRINTABLE = "".join(map(chr, range(33, 127)))
OUTSIDE = {"v1": message(403, "Missing Authentication Token"), "v2": message(404, "Not Found")}


class Front:
    """API Gateway or a function URL on this machine: a server that makes an event of each request.

    `events` is "v1" for a REST API, "v2" for an HTTP API, "url" for a function URL, which has no stage. Several may
    share one function. `scheme` is what clients are said to have used: https, where TLS ends before. A client's address
    stands last in X-Forwarded-For; `Host` is what it sent. WWW-Authenticate is not renamed, as a REST API does.
    """

    def __init__(
        self,
        function: Function,
        *,
        events: str = "v1",
        stage: str = "dev",
        port: int = 0,
        host: str = "127.0.0.1",
        scheme: str = "http",
    ) -> None:
        stage = "$default" if events == "url" else stage
        self.server = Server((host, port), function, events, stage, scheme)
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.server.server_address[1]}" + ("" if events == "url" else f"/{stage}")
        self.thread = Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop listening; requests that are under way are still answered."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], function: Function, events: str, stage: str, scheme: str) -> None:
        self.function, self.events, self.stage, self.scheme = function, events, stage, scheme
        super().__init__(address, Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class TooLargeError(Exception):
    """A body of more than 10 MB, which was read to its end and dropped."""


class Handler(BaseHTTPRequestHandler):
    """One connection; each request, of whatever method, becomes an event."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def respond(self) -> None:
        try:
            body = self.body()
        except TooLargeError:
            return self.send(message(413, "Request Too Long"))
        except ValueError:
            self.close_connection = True
            return self.send(message(400, "Bad Request"))
        return self.send(self.answer(body))

    def answer(self, body: bytes) -> Answer:
        path, _, query = self.target().partition("?")
        prefix = "" if self.server.events == "url" else f"/{self.server.stage}"
        if not path.startswith("/"):
            return message(400, "Bad Request")
        if path != prefix and not path.startswith(f"{prefix}/"):
            return OUTSIDE[self.server.events]
        peer = self.client_address[0]
        path = path.removeprefix(prefix) or "/"
        headers = self.forwarded(peer, len(body))
        request = Request(self.command, self.server.stage, path, query, headers, body, peer, self.request_version)
        try:
            invocation = self.server.function.invoke(MAKERS[self.server.events](request))
        except RuntimeError:
            return message(502, "Internal server error")
        return answer_to(invocation, self.server.events)

    def target(self) -> str:
        """Return path and query as they were sent; bytes that no URL may have are percent-encoded."""
        target = quote(self.requestline.split()[1].encode("latin-1"), safe=PRINTABLE)
        if "://" in target.partition("?")[0] and not target.startswith("/"):
            return "/" + target.split("://", 1)[1].partition("/")[2]
        return target

    def forwarded(self, peer: str, length: int) -> list[tuple[str, str]]:
        """Return the headers as the function gets them, read as UTF-8: the connection's left out, a proxy's added."""
        sent = [(name, value.encode("latin-1").decode(errors="replace")) for name, value in self.headers.items()]
        before = [value for name, value in sent if name.lower() == "x-forwarded-for"]
        own = {"connection", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"}
        if self.chunked():
            own |= {"content-length", "transfer-encoding"}
        return [
            *(pair for pair in sent if pair[0].lower() not in own),
            *([("Content-Length", str(length))] if self.chunked() else []),
            ("X-Amzn-Trace-Id", f"Root=1-{uuid4().hex[:8]}-{uuid4().hex[:24]}"),
            ("X-Forwarded-For", ", ".join([*before, peer])),
            ("X-Forwarded-Port", "443" if self.server.scheme == "https" else str(self.server.server_address[1])),
            ("X-Forwarded-Proto", self.server.scheme),
        ]

    def chunked(self) -> bool:
        return self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked"

    def body(self) -> bytes:
        """Return the body; raise ValueError for one without a proper length, TooLargeError for one over 10 MB."""
        parts = self.chunks() if self.chunked() else self.pieces(length_of(self.headers.get_all("Content-Length", [])))
        kept, size = [], 0
        for part in parts:
            size += len(part)
            if size <= BODY_BYTES:
                kept.append(part)
        if size > BODY_BYTES:
            raise TooLargeError
        return b"".join(kept)

    def pieces(self, length: int) -> Any:
        while length:
            piece = self.rfile.read(min(length, 1 << 20))
            if not piece:
                raise ConnectionError("The client left before its body ended.")
            length -= len(piece)
            yield piece

    def chunks(self) -> Any:
        while size := int(self.rfile.readline(1000).split(b";")[0], 16):
            yield from self.pieces(size)
            self.rfile.readline(3)
        while self.rfile.readline(1000).strip():
            pass

    def send(self, answer: Answer) -> None:
        """Send it with a length that is right; HEAD, 204 and 304 have no body."""
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("x-amzn-RequestId", str(uuid4()))
        for name, value in answer.headers:
            self.send_header(name, value.encode().decode("latin-1"))
        body = answer.body
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP request, and end the connection."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        with suppress(OSError):
            self.send(Answer(code, [("Content-Type", "application/json")], b'{"message": "Bad Request"}'))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the function's log is its own."""


def length_of(values: list[str]) -> int:
    """Return what Content-Length says, 0 without one."""
    if len(set(values)) > 1 or not all(value.isascii() and value.isdigit() for value in values):
        raise ValueError(values)
    return int(values[0]) if values else 0
