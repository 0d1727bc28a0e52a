"""HTTP servers that run in a thread of this process: the base of the gateway and of Lambda's two APIs."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

SHUTDOWN_POLL_SECONDS = 0.05  # `close` may wait this long


class BackgroundServer(ThreadingHTTPServer):
    """An HTTP server on 127.0.0.1 that runs from its creation until `close`. Port 0 means any free port.

    A subclass must set its attributes before it calls `__init__`, because requests may arrive from then on.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.thread = Thread(target=self.serve_forever, args=(SHUTDOWN_POLL_SECONDS,), daemon=True)
        self.thread.start()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Stop listening. Requests in progress still get their response."""
        self.shutdown()
        self.server_close()
        self.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback, except where the connection to the client failed."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class QuietHandlerMixin:
    """A mixin for a BaseHTTPRequestHandler that turns off request logging: the function has its own log."""

    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        pass
