"""The events that API Gateway and function URLs make of HTTP requests."""

import base64
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote_plus
from uuid import uuid4

ACCOUNT, API_ID = "123456789012", "localapi00"
TEXTS = ("application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


class Request(NamedTuple):
    """A request as it came: the path percent-encoded and without its stage, the headers in their order and case."""

    method: str
    stage: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    peer: str
    protocol: str

    def header(self, name: str) -> str:
        """Return the last header of that name in whatever case, or an empty text."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


def rest_event(request: Request) -> dict[str, Any]:
    """Return the event of a REST API whose binary media types are */*, so that each body comes as base64.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    headers, query = grouped(request.headers), grouped(parameters(request.query))
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
        "requestContext": rest_context(request),
        "body": base64.b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
    }


def rest_context(request: Request) -> dict[str, Any]:
    nobody = dict.fromkeys(("accountId", "apiKey", "caller", "cognitoIdentityId", "user", "userArn", "accessKey"))
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": domain(request),
        "domainPrefix": domain(request).split(".")[0],
        "extendedRequestId": uuid4().hex[:16],
        "httpMethod": request.method,
        "identity": {**nobody, "sourceIp": request.peer, "userAgent": request.header("user-agent") or None},
        "path": f"/{request.stage}{request.path}",
        "protocol": request.protocol,
        "requestId": str(uuid4()),
        "requestTime": request_time(),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": "local0",
        "resourcePath": "/{proxy+}" if request.path != "/" else "/",
        "stage": request.stage,
    }


def http_event(request: Request) -> dict[str, Any]:
    """Return the event of an HTTP API in payload format 2.0, whose path holds the stage.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    return second_format(request, f"/{request.stage}{request.path}", domain(request))


def url_event(request: Request) -> dict[str, Any]:
    """Return the event of a function URL: as an HTTP API's, but without a stage in its path.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    return second_format(request, request.path, f"{API_ID}.lambda-url.us-east-1.on.aws")


def second_format(request: Request, path: str, name: str) -> dict[str, Any]:
    query = grouped(parameters(request.query))
    cookies = [cookie.strip() for key, line in request.headers if key.lower() == "cookie" for cookie in line.split(";")]
    headers = grouped([(key.lower(), value) for key, value in request.headers if key.lower() != "cookie"])
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        **({"cookies": [cookie for cookie in cookies if cookie]} if cookies else {}),
        "headers": {key: ",".join(values) for key, values in headers.items()},
        **({"queryStringParameters": {key: ",".join(values) for key, values in query.items()}} if query else {}),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": name,
            "domainPrefix": name.split(".")[0],
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
            "time": request_time(),
            "timeEpoch": int(time.time() * 1000),
        },
        **body_of(request),
    }


def body_of(request: Request) -> dict[str, Any]:
    """Return a text's body as it is, another's as base64, by the type that its header says."""
    if not request.body:
        return {"isBase64Encoded": False}
    kind = request.header("content-type").split(";")[0].strip().lower()
    if kind.startswith("text/") or kind in TEXTS:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def parameters(query: str) -> list[tuple[str, str]]:
    """Return the decoded parameters; API Gateway separates them by `;` as well as by `&`."""
    pairs = (part.partition("=") for part in re.split("[&;]", query) if part)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return all values of each name, in order."""
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups


def domain(request: Request) -> str:
    return re.sub(r":\d+$", "", request.header("host"))


def request_time() -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())


MAKERS: dict[str, Callable[[Request], dict[str, Any]]] = {"v1": rest_event, "v2": http_event, "url": url_event}
