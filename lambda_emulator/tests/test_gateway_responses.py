"""A gateway's HTTP responses: to what a function returned, and to requests that it refuses itself."""

import json
from http.client import HTTPConnection
from typing import Any

import pytest

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.gateway_requests import request, respond_with, send_bytes
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python
Gateways = dict[str, Gateway]


@pytest.mark.parametrize("event_format", ["v1", "v2", "url"])
def test_two_cookies_become_two_headers(gateways: Gateways, event_format: str) -> None:
    cookies = (
        {"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}} if event_format == "v1" else {"cookies": ["a=1", "b=2"]}
    )
    returned = {"statusCode": 201, "headers": {"X-A": 1, "WWW-Authenticate": "JWT"}, "body": "ü", **cookies}
    response, body = respond_with(gateways[event_format], returned)
    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert (response.status, response.headers["X-A"], body) == (201, "1", "ü".encode())
    assert (response.headers["Content-Length"], response.headers["WWW-Authenticate"]) == ("2", "JWT")


def test_a_header_with_the_same_single_and_multi_value_is_sent_once(gateways: Gateways) -> None:
    single, multiple = {"X-A": "1", "x-b": "1"}, {"X-A": ["1"], "X-B": ["2"]}
    response, _ = respond_with(gateways["v1"], {"statusCode": 200, "headers": single, "multiValueHeaders": multiple})
    assert (response.headers.get_all("X-A"), sorted(response.headers.get_all("X-B") or [])) == (["1"], ["1", "2"])


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_of_status_204_or_304_has_no_body(gateways: Gateways, status: int) -> None:
    response, body = respond_with(gateways["v2"], {"statusCode": status, "body": "no"})
    assert (response.status, body, response.headers["Content-Length"]) == (status, b"", None)


def test_a_response_to_head_has_no_body_and_keeps_the_connection(gateways: Gateways) -> None:
    http = HTTPConnection(gateways["v1"].netloc, timeout=30)
    for method in ("HEAD", "GET", "HEAD", "GET"):
        http.request(method, "/dev/x")
        response = http.getresponse()
        assert bool(response.read()) == (method == "GET")
        assert int(response.headers["Content-Length"]) > 0
    http.close()


@pytest.mark.parametrize(
    "returned",
    [
        "text",
        [],
        {},
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["X"]},
        {"statusCode": 200, "headers": {"X": {}}},
        {"statusCode": 200, "headers": {"X": "a\r\nb"}},
        {"statusCode": 200, "headers": {"X Y": "a"}},
        {"statusCode": 200, "multiValueHeaders": {"X": 1}, "cookies": 1},
    ],
)
@pytest.mark.parametrize("event_format", ["v1", "v2"])
def test_a_malformed_response_becomes_502(gateways: Gateways, event_format: str, returned: Any) -> None:
    response, body = respond_with(gateways[event_format], returned)
    assert (response.status, json.loads(body)) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize(
    ("event_format", "status", "message"), [("v1", 403, "Missing Authentication Token"), ("v2", 404, "Not Found")]
)
@pytest.mark.parametrize("path", ["/", "/devil/", "/other/dev/"])
def test_a_path_outside_the_stage_does_not_reach_the_function(
    gateways: Gateways, event_format: str, status: int, message: str, path: str
) -> None:
    request_bytes = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    response = send_bytes(gateways[event_format], request_bytes)
    assert response.startswith(f"HTTP/1.1 {status} ".encode())
    assert response.endswith(json.dumps({"message": message}).encode())


def test_a_path_with_a_space_is_refused(gateways: Gateways) -> None:
    response = send_bytes(gateways["url"], b"GET /a b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nab",
        b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
        bytes(range(256)),
    ],
)
def test_invalid_http_is_refused_and_the_gateway_keeps_serving(gateways: Gateways, data: bytes) -> None:
    response = send_bytes(gateways["url"], data)
    assert response == b"" or response.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505", b"HTTP/1.0 4", b'{"message"'))
    assert request(gateways["url"])[0].status == 200


@pytest.mark.parametrize("size", [5_000_000, 11_000_000])
def test_a_body_too_large_for_an_event_is_refused(gateways: Gateways, size: int) -> None:
    response, body = request(gateways["v1"], "/mirror", method="POST", body=bytes(size))
    assert (response.status, json.loads(body)) == (413, {"message": "Request Too Long"})


def test_a_call_that_exceeds_the_timeout_becomes_504(one_instance: EmulatedFunction) -> None:
    with Gateway(one_instance) as gateway:
        response, body = request(gateway, "/slow")
    assert (response.status, json.loads(body)) == (504, {"message": "Endpoint request timed out"})
