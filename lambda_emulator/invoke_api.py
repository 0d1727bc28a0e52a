"""The part of Lambda's own API by which a function is called, also by itself: Invoke."""

import json
import re
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from lambda_emulator.runtime_api import PAYLOAD_BYTES

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
# The most bytes of an event. Lambda took 256 KB of an asynchronous one until October 2025, and takes 1 MB since; the
# smaller is kept, as Zappa's tasks keep to it: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LIMITS = {"RequestResponse": PAYLOAD_BYTES, "Event": 262_144, "DryRun": PAYLOAD_BYTES}

# An asynchronous call waits in a queue of Lambda's first. By then the instance that called has mostly answered, and
# takes it itself: on a database of its own it finds there what it has stored.
QUEUE_SECONDS = 0.25


class Invocation(NamedTuple):
    """The answer to one call: JSON, the kind of error if it is one, and what the function printed meanwhile."""

    payload: bytes
    error: str | None
    log: str


class Reply(NamedTuple):
    """An answer of this API."""

    status: int
    body: bytes
    headers: dict[str, str]


class InvokeAPI(ThreadingHTTPServer):
    """The endpoint of one function: `POST /2015-03-31/functions/NAME/invocations`, at `url`.

    The header X-Amz-Invocation-Type says what becomes of the event. `RequestResponse`, or no header: 200 with the
    answer, and X-Amz-Function-Error if it is an error. `Event`: 202 at once; such calls begin in their order, no more
    of them at a time than `at_a_time`. `DryRun`: 204, and no call. Refused, as Lambda words it: another function's name
    (404), what is no JSON (400), an event that is too large (413).

    Lambda tries a failed asynchronous call twice more, after one minute and after two; here it is tried once.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, name: str, invoke: Callable[[Any], Invocation], at_a_time: int) -> None:
        self.names = {start + name + version for start in ("", ARN) for version in ("", ":$LATEST")}
        self.invoke = invoke
        self.asynchronous = ThreadPoolExecutor(at_a_time)
        self.closed = Event()
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def reply(self, name: str, kind: str, body: bytes) -> Reply:
        """Answer a call of the function `name` with an event; without a body the event is empty."""
        if name not in self.names:
            return refusal(404, "ResourceNotFoundException", f"Function not found: {ARN}{name.removeprefix(ARN)}")
        if kind not in LIMITS:
            return refusal(400, "InvalidParameterValueException", f"{kind} is no invocation type")
        if len(body) > (limit := LIMITS[kind]):
            text = f"{len(body)} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
            return refusal(413, "RequestTooLargeException", text)
        try:
            event = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            return refusal(400, "InvalidRequestContentException", f"Could not parse request body into json: {error}")
        try:
            return self.call(kind, event)
        except RuntimeError as error:
            return refusal(500, "ServiceException", str(error))

    def call(self, kind: str, event: Any) -> Reply:
        if kind == "DryRun":
            return Reply(204, b"", {})
        if kind == "Event":
            self.asynchronous.submit(self.run, event)
            return Reply(202, b"", {})
        result = self.invoke(event)
        return Reply(200, result.payload, {"X-Amz-Function-Error": "Unhandled"} if result.error else {})

    def run(self, event: Any) -> None:
        """Run an asynchronous call, whose answer nobody hears; drop it if the function was closed meanwhile."""
        if self.closed.wait(QUEUE_SECONDS):
            return
        try:
            self.invoke(event)
        except RuntimeError:
            return
        except Exception:
            traceback.print_exc()

    def close(self) -> None:
        """Stop listening, drop the asynchronous calls that have not begun, and wait for the others."""
        self.closed.set()
        self.shutdown()
        self.server_close()
        self.thread.join()
        self.asynchronous.shutdown(cancel_futures=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One call. The connection ends with it, so that none outlives the function."""

    disable_nagle_algorithm = True
    timeout = 60
    server: InvokeAPI

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        if match := PATH.fullmatch(url.path):
            name = ":".join([unquote(match[1]), *parse_qs(url.query).get("Qualifier", [])])
            self.send(self.server.reply(name, self.headers.get("X-Amz-Invocation-Type", "RequestResponse"), body))
        else:
            self.send(refusal(404, "UnknownOperationException", f"{url.path} is no operation here"))

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the function's log is its own."""


def refusal(status: int, kind: str, text: str) -> Reply:
    """Return an error as Lambda tells it, so that boto3 raises the exception named `kind`."""
    body = {"Type": "User" if status < 500 else "Service", "Message": text}
    return Reply(status, json.dumps(body).encode(), {"X-Amzn-ErrorType": kind})
