"""Calls to the emulated API Gateway."""

from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

from lambda_emulator.function import Function
from lambda_emulator.gateway import Front
from testing.server import PASSWORD, Caller


class GatewayCaller(Caller):
    """Calls by one kind of gateway, to a function that several may share."""

    def __init__(self, front: Front, function: Function) -> None:
        parts = urlsplit(front.url)
        self.port, self.prefix, self.url, self.function = parts.port or 0, parts.path, front.url, function

    def sign_up_as(self, email: str) -> str:
        answer = self.call("POST", "/auth/signup/", {"email": email, "password": PASSWORD})
        assert answer.status == 200, answer.body
        return answer.json()["token"]

    def raw(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[HTTPResponse, bytes]:
        http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            http.request(method, self.prefix + path, body, headers or {})
            response = http.getresponse()
            return response, response.read()
        finally:
            http.close()
