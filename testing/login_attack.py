"""An attack on one account: bad log-ins by every way in, from many processes' point of view at once."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle, islice
from typing import NamedTuple
from urllib.parse import urlencode

from testing.server import Caller

# The rates of an attack that a short test can use up; the numbers of tries are what varies.
RATES = {"THROTTLE_LOGIN": "20/min", "THROTTLE_ACCOUNT": "10/5min", "THROTTLE_EMAIL": "30/hour"}

# What a client may say of where it comes from: nothing of it counts.
FORGERIES: list[list[tuple[str, str]]] = [
    [],
    [("X-Forwarded-For", "203.0.113.{n}")],
    [("X_Forwarded_For", "203.0.113.{n}")],
    [("x-forwarded-for", "203.0.113.{n}"), ("X-Forwarded-For", "198.51.100.{n}")],
    [("X-Forwarded-For", "203.0.113.{n}, 198.51.100.{n}, 192.0.2.{n}")],
    [("REMOTE_ADDR", "203.0.113.{n}"), ("Remote-Addr", "203.0.113.{n}"), ("HTTP_X_FORWARDED_FOR", "203.0.113.{n}")],
    [("Forwarded", "for=203.0.113.{n}"), ("X-Real-IP", "203.0.113.{n}"), ("X-Client-IP", "203.0.113.{n}")],
    [("True-Client-IP", "203.0.113.{n}"), ("CF-Connecting-IP", "203.0.113.{n}"), ("Via", "203.0.113.{n}")],
]

PAGES = ["/session/login/", "/admin/login/"]


class Way(NamedTuple):
    """A way to log in: its path, and the headers and body of a try."""

    path: str
    headers: dict[str, str]
    body: bytes


def ways_in(caller: Caller, email: str) -> list[Way]:
    """Return the API, and each page with the CSRF token that it gave."""
    credentials = {"email": email, "password": "not the password"}
    ways = [Way("/auth/login/", {"Content-Type": "application/json"}, json.dumps(credentials).encode())]
    for path in PAGES:
        page = caller.call("GET", path, Accept="text/html")
        match = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert match, page.body
        form = {"username": email, "password": "not the password", "csrfmiddlewaretoken": match[1].decode()}
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        ways.append(Way(path, headers, urlencode(form).encode()))
    return ways


def knock(caller: Caller, way: Way, forgery: list[tuple[str, str]], source: str, number: int) -> int:
    """Try to log in from an address of this machine's own network, and return the status."""
    http = HTTPConnection("127.0.0.1", caller.port, timeout=120, source_address=(source, 0))
    try:
        http.putrequest("POST", caller.prefix + way.path)
        for name, value in [*way.headers.items(), *forgery, ("Content-Length", str(len(way.body)))]:
            http.putheader(name, value.format(n=number % 250))
        http.endheaders(way.body)
        return http.getresponse().status
    finally:
        http.close()


def attacked(caller: Caller, email: str, *, sources: Iterable[str], tries: int) -> Counter[str]:
    """Try to log in so often, eight at a time; return how many tries passed, how many were refused, and the rest."""
    ways = ways_in(caller, email)
    numbers = list(islice(zip(range(tries), cycle(sources), strict=False), tries))

    def one(number: int, source: str) -> str:
        forgery = FORGERIES[number // len(ways) % len(FORGERIES)]
        status = knock(caller, ways[number % len(ways)], forgery, source, number)
        return {200: "passed", 400: "passed", 429: "refused"}.get(status, str(status))

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(lambda pair: one(*pair), numbers))
