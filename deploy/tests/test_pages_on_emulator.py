"""The pages and static files of the packaged function."""

import gzip
import re
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urljoin
from uuid import uuid4
from zipfile import ZipFile

import pytest

from testing.gateway import GatewayCaller
from testing.passwords import PASSWORD

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("page", ["/", "/todos/", "/docs/", "/admin/login/", "/session/login/", "/auth/login/"])
def test_every_asset_of_a_page_arrives_as_packaged(gateway: GatewayCaller, package: Path, page: str) -> None:
    html = gateway.call("GET", page, **HTML).body.decode()
    assets = set(re.findall(r"(?:src|href)=\"([^\"]*/static/[^\"]+)\"", html))
    assert assets
    assert all(asset.startswith(f"{gateway.prefix}/static/") for asset in assets)
    with ZipFile(package) as packaged:
        styles = [asset for asset in assets if asset.endswith(".css")]
        assets |= {urljoin(style, name) for style in styles for name in assets_in_style_sheet(packaged, gateway, style)}
        for asset in assets:
            assert_as_packaged(packaged, gateway, asset)


def packaged_name(gateway: GatewayCaller, asset: str) -> str:
    """Return the name that an asset of a page has in the package."""
    return f"staticfiles/{asset.removeprefix(f'{gateway.prefix}/static/')}"


def assets_in_style_sheet(packaged: ZipFile, gateway: GatewayCaller, style: str) -> set[str]:
    """Return the images and fonts that a style sheet refers to."""
    text = packaged.read(packaged_name(gateway, style)).decode()
    names = re.findall(r"url\(['\"]?([^'\")#?]+)", text)
    return {name for name in names if not name.startswith("data:")}


def assert_as_packaged(packaged: ZipFile, gateway: GatewayCaller, asset: str) -> None:
    content = packaged.read(packaged_name(gateway, asset))
    plain, body = gateway.send_request("GET", asset.removeprefix(gateway.prefix))
    assert (plain.status, body == content) == (200, True), asset
    assert plain.getheader("Content-Encoding") is None
    compressed, body = gateway.send_request("GET", asset.removeprefix(gateway.prefix), {"Accept-Encoding": "gzip"})
    body = gzip.decompress(body) if compressed.getheader("Content-Encoding") == "gzip" else body
    assert (compressed.status, body == content) == (200, True), asset


def test_compressed_style_sheets_and_fonts_arrive_as_packaged(gateway: GatewayCaller, package: Path) -> None:
    with ZipFile(package) as packaged:
        font = next(name for name in packaged.namelist() if name.endswith(".woff"))
        style = next(name for name in packaged.namelist() if re.search(r"bootstrap\.min\.\w+\.css\.gz", name))
        path = f"/static/{style.removeprefix('staticfiles/').removesuffix('.gz')}"
        compressed, body = gateway.send_request("GET", path, {"Accept-Encoding": "gzip"})
        assert (compressed.getheader("Content-Encoding"), body) == ("gzip", packaged.read(style))
        assert gateway.send_request("GET", f"/static/{font.removeprefix('staticfiles/')}")[1] == packaged.read(font)


def test_a_session_works_because_both_cookies_of_a_response_arrive(gateway: GatewayCaller) -> None:
    email = f"{uuid4().hex}@example.com"
    gateway.sign_up_as(email)
    form, _ = gateway.send_request("GET", "/session/login/", HTML)
    csrf = read_cookies(form)["csrftoken"]
    fields = {"username": email, "password": PASSWORD, "csrfmiddlewaretoken": csrf}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={csrf}", **HTML}
    headers["Referer"] = f"{gateway.url}/session/login/"
    response, _ = gateway.send_request("POST", "/session/login/", headers, urlencode(fields).encode())
    assert (response.status, response.getheader("Location")) == (302, f"{gateway.prefix}/app/")
    cookies = read_cookies(response)
    assert cookies.keys() >= {"csrftoken", "sessionid"}
    page, body = gateway.send_request("GET", "/todos/", HTML | {"Cookie": f"sessionid={cookies['sessionid']}"})
    assert page.status == 200
    assert email.encode() in body
    assert read_cookies(page).keys() <= {"csrftoken"}


def read_cookies(response: HTTPResponse) -> dict[str, str]:
    """Return the cookies that a response sets, each exactly once."""
    lines = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
    cookies = dict(line.split(";")[0].split("=", 1) for line in lines)
    assert len(cookies) == len(lines), lines
    return cookies
