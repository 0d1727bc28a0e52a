"""The events of a REST API, an HTTP API and a function URL for requests."""

import base64
from typing import Any

import pytest

from lambda_emulator.gateway import Gateway
from testing.gateway_requests import event_for, request, send_bytes
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python
Gateways = dict[str, Gateway]


def test_a_rest_api_event_has_the_path_without_its_stage_and_all_parameters(gateways: Gateways) -> None:
    event = event_for(gateways["v1"], "/caf%C3%A9/a%2Fb?q=%C3%BC+1&q=2&empty=&flag")
    assert (event["httpMethod"], event["path"]) == ("GET", "/caf%C3%A9/a%2Fb")
    assert event["requestContext"]["path"] == "/dev/caf%C3%A9/a%2Fb"
    assert event["multiValueQueryStringParameters"] == {"q": ["ü 1", "2"], "empty": [""], "flag": [""]}
    assert event["queryStringParameters"] == {"q": "2", "empty": "", "flag": ""}
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
    assert event["requestContext"]["stage"] == "dev"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert "version" not in event


def test_a_rest_api_event_for_the_stage_alone_has_a_slash_as_path_and_null_as_parameters(gateways: Gateways) -> None:
    event = event_for(gateways["v1"], "")
    assert (event["path"], event["queryStringParameters"]) == ("/", None)
    assert event["multiValueQueryStringParameters"] is None


def test_a_rest_api_event_has_each_header_with_its_last_value_and_with_all_values(gateways: Gateways) -> None:
    event = event_for(
        gateways["v1"], headers=[("X-Two", "a"), ("X-Two", "b"), ("X_Under", "c"), ("Cookie", "d=1; e=2")]
    )
    assert event["headers"]["X-Two"] == "b"
    assert event["multiValueHeaders"]["X-Two"] == ["a", "b"]
    assert (event["headers"]["X_Under"], event["headers"]["Cookie"]) == ("c", "d=1; e=2")


def test_an_http_api_event_has_the_path_with_its_stage_and_the_query_as_sent(gateways: Gateways) -> None:
    event = event_for(gateways["v2"], "/caf%C3%A9?q=%C3%BC+1&q=2", method="PATCH")
    context = event["requestContext"]
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/dev/caf%C3%A9", "q=%C3%BC+1&q=2")
    assert event["queryStringParameters"] == {"q": "ü 1,2"}
    assert (context["stage"], context["http"]["method"]) == ("dev", "PATCH")
    assert (context["http"]["path"], context["http"]["sourceIp"]) == ("/dev/caf%C3%A9", "127.0.0.1")


def test_a_function_url_event_has_no_stage(gateways: Gateways) -> None:
    event = event_for(gateways["url"], "/x/")
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/x/", "$default")
    assert event["requestContext"]["domainName"].endswith(".lambda-url.us-east-1.on.aws")


@pytest.mark.parametrize("event_format", ["v2", "url"])
def test_format_2_joins_headers_in_lower_case_and_separates_cookies(gateways: Gateways, event_format: str) -> None:
    headers = [("X-Two", "a"), ("x-two", "b"), ("Cookie", "d=1; e=2"), ("X_Under", "c")]
    event = event_for(gateways[event_format], headers=headers)
    assert (event["headers"]["x-two"], event["headers"]["x_under"]) == ("a,b", "c")
    assert event["cookies"] == ["d=1", "e=2"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize("event_format", ["v1", "v2", "url"])
def test_the_clients_address_is_the_last_in_x_forwarded_for(gateways: Gateways, event_format: str) -> None:
    gateway = gateways[event_format]
    sent = [("X-Forwarded-For", "1.2.3.4"), ("x-forwarded-proto", "https"), ("X-Forwarded-Port", "1")]
    headers = {name.lower(): value for name, value in event_for(gateway, headers=sent)["headers"].items()}
    assert headers["x-forwarded-for"] == "1.2.3.4, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-port"] == str(gateway.server_port)
    assert headers["host"] == gateway.netloc


def test_headers_are_decoded_as_utf_8(gateways: Gateways) -> None:
    assert event_for(gateways["v1"], headers=[("X-Name", "ü".encode())])["headers"]["X-Name"] == "ü"


def test_a_path_that_is_not_ascii_is_percent_encoded(gateways: Gateways) -> None:
    response = send_bytes(gateways["url"], "GET /ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b'"rawPath": "/%C3%BC"' in response


@pytest.mark.parametrize("event_format", ["v1", "v2", "url"])
@pytest.mark.parametrize("content_type", ["application/octet-stream", "application/json", "text/plain"])
def test_a_body_of_any_bytes_is_unchanged_in_both_directions(
    gateways: Gateways, event_format: str, content_type: str
) -> None:
    body, headers = bytes(range(256)) * 1000, [("Content-Type", content_type)]
    response, returned = request(gateways[event_format], "/mirror", method="POST", body=body, headers=headers)
    assert (response.status, returned) == (200, body)


@pytest.mark.parametrize(
    ("event_format", "content_type", "is_text"),
    [
        ("v1", "application/json", False),
        ("v2", "application/json; charset=utf-8", True),
        ("v2", "application/x-www-form-urlencoded", True),
        ("v2", "text/csv", True),
        ("v2", "multipart/form-data; boundary=x", False),
        ("url", "", False),
    ],
)
def test_only_text_bodies_in_format_2_are_not_base64(
    gateways: Gateways, event_format: str, content_type: str, is_text: bool
) -> None:
    headers = [("Content-Type", content_type)]
    event: Any = event_for(gateways[event_format], method="POST", body="ü".encode(), headers=headers)
    assert event["isBase64Encoded"] is not is_text
    assert (event["body"] if is_text else base64.b64decode(event["body"]).decode()) == "ü"


def test_a_chunked_body_arrives_whole(gateways: Gateways) -> None:
    head = b"POST /mirror HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    response = send_bytes(gateways["url"], head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n")
    assert response.endswith(b"\r\n\r\nabcde")


def test_any_method_becomes_an_event(gateways: Gateways) -> None:
    assert event_for(gateways["v1"], method="BREW")["httpMethod"] == "BREW"
