"""An attack on one account: many concurrent failing logins, at each login form, with forged client addresses."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle, islice
from typing import NamedTuple
from urllib.parse import urlencode

from testing.passwords import WRONG_PASSWORD
from testing.server import APICaller

# Rate limits that a short attack can exceed.
RATES = {"THROTTLE_LOGIN": "20/min", "THROTTLE_ACCOUNT": "10/5min", "THROTTLE_EMAIL": "30/hour"}

# Headers in which a client claims another address; the server must ignore all of them.
FORGED_HEADERS: list[list[tuple[str, str]]] = [
    [],
    [("X-Forwarded-For", "203.0.113.{n}")],
    [("X_Forwarded_For", "203.0.113.{n}")],
    [("x-forwarded-for", "203.0.113.{n}"), ("X-Forwarded-For", "198.51.100.{n}")],
    [("X-Forwarded-For", "203.0.113.{n}, 198.51.100.{n}, 192.0.2.{n}")],
    [("REMOTE_ADDR", "203.0.113.{n}"), ("Remote-Addr", "203.0.113.{n}"), ("HTTP_X_FORWARDED_FOR", "203.0.113.{n}")],
    [("Forwarded", "for=203.0.113.{n}"), ("X-Real-IP", "203.0.113.{n}"), ("X-Client-IP", "203.0.113.{n}")],
    [("True-Client-IP", "203.0.113.{n}"), ("CF-Connecting-IP", "203.0.113.{n}"), ("Via", "203.0.113.{n}")],
]

LOGIN_PAGES = ["/session/login/", "/admin/login/"]


class LoginRequest(NamedTuple):
    """A failing login: a request to the API or to one of the login pages."""

    path: str
    headers: dict[str, str]
    body: bytes


def build_login_requests(caller: APICaller, email: str) -> list[LoginRequest]:
    """Return a login at the API and one at each login page, with the page's CSRF token."""
    credentials = {"email": email, "password": WRONG_PASSWORD}
    requests = [LoginRequest("/auth/login/", {"Content-Type": "application/json"}, json.dumps(credentials).encode())]
    for path in LOGIN_PAGES:
        page = caller.call("GET", path, Accept="text/html")
        match = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert match, page.body
        form = {"username": email, "password": WRONG_PASSWORD, "csrfmiddlewaretoken": match[1].decode()}
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        requests.append(LoginRequest(path, headers, urlencode(form).encode()))
    return requests


def send_login(
    caller: APICaller, request: LoginRequest, forged: list[tuple[str, str]], source: str, number: int
) -> int:
    """Send a login from an address of the loopback network, and return the status."""
    http = HTTPConnection("127.0.0.1", caller.port, timeout=120, source_address=(source, 0))
    try:
        http.putrequest("POST", caller.prefix + request.path)
        for name, value in [*request.headers.items(), *forged, ("Content-Length", str(len(request.body)))]:
            http.putheader(name, value.format(n=number % 250))
        http.endheaders(request.body)
        return http.getresponse().status
    finally:
        http.close()


def attack_account(caller: APICaller, email: str, *, sources: Iterable[str], attempts: int) -> Counter[str]:
    """Send failing logins, eight at a time; return how many were `allowed` by the throttles, and how many `refused`."""
    requests = build_login_requests(caller, email)
    numbered_sources = enumerate(islice(cycle(sources), attempts))

    def attempt(number: int, source: str) -> str:
        forged = FORGED_HEADERS[number // len(requests) % len(FORGED_HEADERS)]
        status = send_login(caller, requests[number % len(requests)], forged, source, number)
        return {200: "allowed", 400: "allowed", 429: "refused"}.get(status, str(status))

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda pair: attempt(*pair), numbered_sources))
