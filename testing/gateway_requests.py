"""Sends raw requests to an emulated gateway, and returns its events and responses."""

import json
import socket
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from lambda_emulator.gateway import Gateway


def request(
    gateway: Gateway, path: str = "/x", *, method: str = "GET", body: bytes | None = None, headers: Any = ()
) -> tuple[HTTPResponse, bytes]:
    """Send a request with exactly these headers; return the response and its body."""
    http = HTTPConnection(gateway.netloc, timeout=30)
    try:
        http.putrequest(method, gateway.prefix + path)
        for name, value in [*headers, *([("Content-Length", str(len(body)))] if body is not None else [])]:
            http.putheader(name, value)
        http.endheaders(body)
        response = http.getresponse()
        return response, response.read()
    finally:
        http.close()


def event_for(gateway: Gateway, path: str = "/x", **options: Any) -> Any:
    """Return the gateway's event for a request, as the probe function received it."""
    return json.loads(request(gateway, path, **options)[1])


def respond_with(gateway: Gateway, returned: Any) -> tuple[HTTPResponse, bytes]:
    """Return the gateway's HTTP response to what a function returned."""
    return request(gateway, "/x?respond=" + "".join(f"%{byte:02x}" for byte in json.dumps(returned).encode()))


def send_bytes(gateway: Gateway, data: bytes) -> bytes:
    """Send bytes, and return everything received until the connection is closed."""
    with socket.create_connection(("127.0.0.1", gateway.server_port), timeout=30) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))
