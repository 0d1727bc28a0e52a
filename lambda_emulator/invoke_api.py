"""The Invoke operation of Lambda's API, with which clients and the function itself call the function.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json
import re
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from lambda_emulator.http_server import BackgroundServer, QuietHandlerMixin
from lambda_emulator.runtime_api import PAYLOAD_BYTES

FUNCTION_ARN_PREFIX = "arn:aws:lambda:us-east-1:123456789012:function:"
INVOKE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
# Since October 2025 Lambda has accepted asynchronous events of 1 MB. The earlier limit of 256 KB is emulated, because
# Zappa's tasks are still limited to it: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_EVENT_BYTES = {"RequestResponse": PAYLOAD_BYTES, "Event": 262_144, "DryRun": PAYLOAD_BYTES}

# On Lambda an asynchronous call first waits in a queue. By then the instance that sent it is usually idle again and
# runs it, so that it finds its own data even if each instance has its own database.
QUEUE_SECONDS = 0.25


class InvocationResult(NamedTuple):
    """The result of one call: the JSON that it returned, the kind of error or None, and its lines of the log."""

    payload: bytes
    error: str | None
    log: str


class InvokeResponse(NamedTuple):
    """An HTTP response of the Invoke API."""

    status: int
    body: bytes
    headers: dict[str, str]


class InvokeAPI(BackgroundServer):
    """The endpoint of one function: `POST /2015-03-31/functions/NAME/invocations`, at `url`.

    The header X-Amz-Invocation-Type selects how the event is handled. `RequestResponse`, the default: 200 with what
    the function returned, and X-Amz-Function-Error if that is an error. `Event`: 202 at once; these calls start in
    order, at most `max_concurrency` at a time. `DryRun`: 204 without a call. Errors have Lambda's codes: another
    function's name (404), an event that is not JSON (400), an event that is too large (413).

    Lambda retries a failed asynchronous call after one minute and after two more; this API does not.
    """

    def __init__(self, name: str, invoke: Callable[[Any], InvocationResult], max_concurrency: int) -> None:
        prefixes, versions = ("", FUNCTION_ARN_PREFIX), ("", ":$LATEST")
        self.accepted_names = {prefix + name + version for prefix in prefixes for version in versions}
        self.invoke = invoke
        self.asynchronous_calls = ThreadPoolExecutor(max_concurrency)
        self.is_closed = Event()
        super().__init__(InvokeHandler)
        self.url = f"http://{self.netloc}"

    def handle_invocation(self, name: str, invocation_type: str, body: bytes) -> InvokeResponse:
        """Return the response to a call of the function `name`. The body is the event; an empty body means `{}`."""
        if name not in self.accepted_names:
            arn = FUNCTION_ARN_PREFIX + name.removeprefix(FUNCTION_ARN_PREFIX)
            return error_response(404, "ResourceNotFoundException", f"Function not found: {arn}")
        if invocation_type not in MAX_EVENT_BYTES:
            text = f"{invocation_type} is not an invocation type; use one of {', '.join(MAX_EVENT_BYTES)}"
            return error_response(400, "InvalidParameterValueException", text)
        if len(body) > (limit := MAX_EVENT_BYTES[invocation_type]):
            text = f"{len(body)} byte payload is too large for the {invocation_type} invocation type"
            return error_response(413, "RequestTooLargeException", f"{text} (limit {limit} bytes)")
        try:
            event = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            text = f"Could not parse request body into json: {error}"
            return error_response(400, "InvalidRequestContentException", text)
        try:
            return self.start_call(invocation_type, event)
        except RuntimeError as error:
            return error_response(500, "ServiceException", str(error))

    def start_call(self, invocation_type: str, event: Any) -> InvokeResponse:
        if invocation_type == "DryRun":
            return InvokeResponse(204, b"", {})
        if invocation_type == "Event":
            self.asynchronous_calls.submit(self.run_asynchronous_call, event)
            return InvokeResponse(202, b"", {})
        result = self.invoke(event)
        return InvokeResponse(200, result.payload, {"X-Amz-Function-Error": "Unhandled"} if result.error else {})

    def run_asynchronous_call(self, event: Any) -> None:
        """Call the function and ignore the result; drop the call if the function is closed before it starts."""
        if self.is_closed.wait(QUEUE_SECONDS):
            return
        try:
            self.invoke(event)
        except RuntimeError:
            return
        except Exception:
            traceback.print_exc()

    def close(self) -> None:
        """Stop listening, drop queued asynchronous calls, and wait until the running ones have ended."""
        self.is_closed.set()
        super().close()
        self.asynchronous_calls.shutdown(cancel_futures=True)


class InvokeHandler(QuietHandlerMixin, BaseHTTPRequestHandler):
    """Handles one call per connection, so that no connection outlives the function."""

    timeout = 60
    server: InvokeAPI

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        if match := INVOKE_PATH.fullmatch(url.path):
            name = ":".join([unquote(match[1]), *parse_qs(url.query).get("Qualifier", [])])
            invocation_type = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
            self.send(self.server.handle_invocation(name, invocation_type, body))
        else:
            self.send(error_response(404, "UnknownOperationException", f"{url.path} is not an operation of this API"))

    def send(self, response: InvokeResponse) -> None:
        self.send_response(response.status)
        for name, value in {"Content-Type": "application/json", **response.headers}.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)


def error_response(status: int, error_type: str, message: str) -> InvokeResponse:
    """Return an error in Lambda's format, so that boto3 raises the exception named `error_type`."""
    body = {"Type": "User" if status < 500 else "Service", "Message": message}
    return InvokeResponse(status, json.dumps(body).encode(), {"X-Amzn-ErrorType": error_type})
