"""The examples of nginx and Caddy in docs/examples work in front of the real server."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from testing.passwords import PASSWORD
from testing.proxies import Proxy, is_installed, run_proxy
from testing.server import Server

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("about proxies in front of the HTTP server")]

JSON: dict[str, Any] = {"Content_Type": "application/json"}
CREDENTIALS = json.dumps({"email": "ada@example.com", "password": PASSWORD}).encode()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if not is_installed(request.param):
        pytest.skip(f"{request.param} or openssl is not installed.")
    folder = tmp_path_factory.mktemp(request.param)
    settings = {"TRUSTED_PROXIES": "1", "THROTTLE_SIGNUP": "1/hour"}
    with Server(folder, workers=1, **settings) as server, run_proxy(request.param, folder, server.port) as running:
        yield running


@pytest.fixture(scope="module")
def token(proxy: Proxy) -> dict[str, Any]:
    """The Authorization header of a new account."""
    _, body = proxy.send("POST", "/auth/signup/", CREDENTIALS, **JSON)
    return {"Authorization": f"Bearer {json.loads(body)['token']}"}


def test_urls_have_the_scheme_and_host_of_the_proxy(proxy: Proxy, token: dict[str, Any]) -> None:
    created, _ = proxy.send("POST", "/todos/", b'{"title": "x"}', **token, **JSON)
    assert str(created.getheader("Location")).startswith(f"{proxy.url}/todos/")
    _, links = proxy.send("GET", "/")
    assert all(link.startswith(f"{proxy.url}/") for link in json.loads(links).values())


def test_rate_limit_counts_the_address_that_the_proxy_saw(proxy: Proxy, token: dict[str, Any]) -> None:
    another = CREDENTIALS.replace(b"ada", b"bob")
    refused, _ = proxy.send("POST", "/auth/signup/", another, X_Forwarded_For="192.0.2.1", **JSON)
    assert refused.status == 429


def test_login_form_passes_the_csrf_check(proxy: Proxy, token: dict[str, Any]) -> None:
    page, body = proxy.send("GET", "/session/login/", Accept="text/html")
    [field] = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', body)
    form: dict[str, Any] = {"username": "ada@example.com", "password": PASSWORD, "csrfmiddlewaretoken": field.decode()}
    headers: dict[str, Any] = {"Origin": proxy.url, "Cookie": str(page.getheader("Set-Cookie")).partition(";")[0]}
    headers |= {"Content_Type": "application/x-www-form-urlencoded"}
    response, _ = proxy.send("POST", "/session/login/", urlencode(form).encode(), **headers)
    assert response.status == 302


def test_compressed_list_that_the_client_has_is_304(proxy: Proxy, token: dict[str, Any]) -> None:
    proxy.send("POST", "/todos/", json.dumps([{"title": "Buy milk"}] * 20).encode(), **token, **JSON)
    response, _ = proxy.send("GET", "/todos/", **token, Accept_Encoding="gzip")
    assert response.getheader("Content-Encoding") == "gzip"
    tag: Any = response.getheader("ETag")
    unchanged, body = proxy.send("GET", "/todos/", **token, If_None_Match=tag)
    assert (unchanged.status, body, unchanged.getheader("Content-Length")) == (304, b"", None)


@pytest.mark.parametrize(("length", "status"), [(2_500_000, 400), (2_700_000, 413)])
def test_body_passes_up_to_the_limit_of_the_api(proxy: Proxy, token: dict[str, Any], length: int, status: int) -> None:
    body = json.dumps({"title": "x" * length}).encode()
    response, content = proxy.send("POST", "/todos/", body, **token, **JSON)
    assert (response.status, list(json.loads(content))) == (status, ["type", "message", "errors"])
