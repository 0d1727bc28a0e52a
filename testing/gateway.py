"""Calls the API through an emulated gateway."""

from http.client import HTTPConnection, HTTPResponse

from lambda_emulator.gateway import Gateway
from testing.passwords import PASSWORD
from testing.server import APICaller


class GatewayCaller(APICaller):
    """Calls the API through one gateway; several gateways may share its `function`."""

    def __init__(self, gateway: Gateway) -> None:
        self.function, self.url = gateway.function, gateway.url
        self.port, self.prefix = gateway.server_port, gateway.prefix

    def sign_up_as(self, email: str) -> str:
        """Create an account with this address, and return its access token."""
        response = self.call("POST", "/auth/signup/", {"email": email, "password": PASSWORD})
        assert response.status == 200, response.body
        return response.json()["token"]

    def send_request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[HTTPResponse, bytes]:
        """Send one request; return the response, with repeated headers, and its body."""
        http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            http.request(method, self.prefix + path, body, headers or {})
            response = http.getresponse()
            return response, response.read()
        finally:
            http.close()
