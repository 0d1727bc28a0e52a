"""Builds the events that API Gateway and function URLs send to a function for an HTTP request."""

import base64
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote_plus
from uuid import uuid4

ACCOUNT_ID, API_ID = "123456789012", "localapi00"
TEXT_TYPES = ("application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


class Request(NamedTuple):
    """A request as it was sent: headers keep their order and case; the path is percent-encoded, without the stage."""

    method: str
    stage: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    peer: str
    protocol: str

    def header(self, name: str) -> str:
        """Return the last value of a header, or an empty string; `name` must be in lower case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


def build_rest_event(request: Request) -> dict[str, Any]:
    """Return the event that a REST API sends (payload format 1.0).

    Its binary media types are */*, so every body is encoded as base64; an empty one is None.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    headers, query = group_values(request.headers), group_values(parse_query(request.query))
    return {
        "resource": "/{proxy+}" if request.path != "/" else "/",
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": request.path[1:]} if request.path != "/" else None,
        "stageVariables": None,
        "requestContext": build_rest_context(request),
        "body": base64.b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
    }


def build_rest_context(request: Request) -> dict[str, Any]:
    no_identity = dict.fromkeys(("accountId", "apiKey", "caller", "cognitoIdentityId", "user", "userArn", "accessKey"))
    return {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "domainName": host_name(request),
        "domainPrefix": host_name(request).split(".")[0],
        "extendedRequestId": uuid4().hex[:16],
        "httpMethod": request.method,
        "identity": {**no_identity, "sourceIp": request.peer, "userAgent": request.header("user-agent") or None},
        "path": f"/{request.stage}{request.path}",
        "protocol": request.protocol,
        "requestId": str(uuid4()),
        "requestTime": format_time(),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": "local0",
        "resourcePath": "/{proxy+}" if request.path != "/" else "/",
        "stage": request.stage,
    }


def build_http_event(request: Request) -> dict[str, Any]:
    """Return the event of an HTTP API (payload format 2.0), whose path includes the stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    return build_format_2_event(request, f"/{request.stage}{request.path}", host_name(request))


def build_function_url_event(request: Request) -> dict[str, Any]:
    """Return the event of a function URL: like that of an HTTP API, but without a stage in its path.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    return build_format_2_event(request, request.path, f"{API_ID}.lambda-url.us-east-1.on.aws")


def build_format_2_event(request: Request, path: str, domain: str) -> dict[str, Any]:
    query = group_values(parse_query(request.query))
    cookies = [cookie.strip() for key, line in request.headers if key.lower() == "cookie" for cookie in line.split(";")]
    headers = group_values([(key.lower(), value) for key, value in request.headers if key.lower() != "cookie"])
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        **({"cookies": [cookie for cookie in cookies if cookie]} if cookies else {}),
        "headers": {key: ",".join(values) for key, values in headers.items()},
        **({"queryStringParameters": {key: ",".join(values) for key, values in query.items()}} if query else {}),
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": API_ID,
            "domainName": domain,
            "domainPrefix": domain.split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.peer,
                "userAgent": request.header("user-agent"),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": request.stage,
            "time": format_time(),
            "timeEpoch": int(time.time() * 1000),
        },
        **encode_body(request),
    }


def encode_body(request: Request) -> dict[str, Any]:
    """Return the body as text if its Content-Type is a text type, else as base64."""
    if not request.body:
        return {"isBase64Encoded": False}
    content_type = request.header("content-type").split(";")[0].strip().lower()
    if content_type.startswith("text/") or content_type in TEXT_TYPES:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def parse_query(query: str) -> list[tuple[str, str]]:
    """Return the decoded parameters. They are split at `&` and, as by API Gateway, at `;`."""
    pairs = (part.partition("=") for part in re.split("[&;]", query) if part)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def group_values(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each name, in their order."""
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def host_name(request: Request) -> str:
    """Return the Host header without the port."""
    return re.sub(r":\d+$", "", request.header("host"))


def format_time() -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())


EVENT_BUILDERS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "v1": build_rest_event,
    "v2": build_http_event,
    "url": build_function_url_event,
}
