"""HTTP servers that run in a thread of this process: the base of the gateway and of Lambda's two APIs."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

POLL_SECONDS = 0.05  # how long `close` may have to wait


class BackgroundServer(ThreadingHTTPServer):
    """Serves on 127.0.0.1 from its creation until `close`; port 0 takes any free port.

    A subclass sets its own attributes before it calls `__init__`, as requests may arrive from then on.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.thread = Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self.thread.start()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop listening. Requests that are being handled still get their response."""
        self.shutdown()
        self.server_close()
        self.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback, unless the client only closed its connection."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class QuietHandlerMixin:
    """For a BaseHTTPRequestHandler that logs no requests, as the function keeps its own log."""

    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass
