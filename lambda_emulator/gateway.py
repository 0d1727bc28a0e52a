"""An emulated API Gateway or function URL: an HTTP server that invokes a function for each request."""

from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

from lambda_emulator.events import EVENT_BUILDERS, Request
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway_request import BodyTooLargeError, encode_target, forwarded_headers, read_body
from lambda_emulator.http_server import BackgroundServer, QuietHandlerMixin
from lambda_emulator.responses import GatewayResponse, build_response, error_response

WRONG_STAGE_RESPONSES = {
    "v1": error_response(403, "Missing Authentication Token"),
    "v2": error_response(404, "Not Found"),
}
STATUSES_WITHOUT_BODY = (204, 304)


class Gateway(BackgroundServer):
    """Serves a function at `url`. Several gateways may share one function.

    `event_format` is "v1" for a REST API, "v2" for an HTTP API, "url" for a function URL, which has no stage. `scheme`
    is the one that clients use: "https" if a proxy in front of this server terminates TLS. The client's address is
    appended to X-Forwarded-For, and `Host` is passed on as sent. Unlike a real REST API, it does not rename the
    header WWW-Authenticate.
    """

    def __init__(
        self,
        function: EmulatedFunction,
        *,
        event_format: str = "v1",
        stage: str = "dev",
        port: int = 0,
        scheme: str = "http",
    ) -> None:
        self.function, self.event_format, self.scheme = function, event_format, scheme
        self.stage = "$default" if event_format == "url" else stage
        self.prefix = "" if event_format == "url" else f"/{stage}"
        super().__init__(GatewayHandler, port)
        self.url = f"http://{self.netloc}{self.prefix}"


class GatewayHandler(QuietHandlerMixin, BaseHTTPRequestHandler):
    """Turns each request on a connection, of any method, into an invocation of the function."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Gateway

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.handle_request
        raise AttributeError(name)

    def handle_request(self) -> None:
        try:
            body = read_body(self.rfile, self.headers)
        except BodyTooLargeError:
            return self.send(error_response(413, "Request Too Long"))
        except ValueError:
            self.close_connection = True
            return self.send(error_response(400, "Bad Request"))
        return self.send(self.invoke_function(body))

    def invoke_function(self, body: bytes) -> GatewayResponse:
        gateway, peer = self.server, self.client_address[0]
        path, _, query = encode_target(self.requestline).partition("?")
        if not path.startswith("/"):
            return error_response(400, "Bad Request")
        if path != gateway.prefix and not path.startswith(f"{gateway.prefix}/"):
            return WRONG_STAGE_RESPONSES[gateway.event_format]
        path = path.removeprefix(gateway.prefix) or "/"
        headers = forwarded_headers(
            self.headers, peer=peer, port=gateway.server_port, scheme=gateway.scheme, length=len(body)
        )
        request = Request(self.command, gateway.stage, path, query, headers, body, peer, self.request_version)
        try:
            result = gateway.function.invoke(EVENT_BUILDERS[gateway.event_format](request))
        except RuntimeError:
            return error_response(502, "Internal server error")
        return build_response(result, gateway.event_format)

    def send(self, response: GatewayResponse) -> None:
        """Send a response with its Content-Length; responses to HEAD, and 204 and 304, have no body."""
        has_body = response.status not in STATUSES_WITHOUT_BODY
        self.send_response_only(response.status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("x-amzn-RequestId", str(uuid4()))
        for name, value in response.headers:
            self.send_header(name, value.encode().decode("latin-1"))
        if has_body:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(response.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse malformed HTTP, and close the connection."""
        self.close_connection = True
        self.command = getattr(self, "command", None) or "GET"
        with suppress(OSError):
            self.send(error_response(code, "Bad Request"))
