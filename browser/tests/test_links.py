"""Every link, form and file of every page leads somewhere on this server: logged out, logged in, and as staff."""

import re
from collections.abc import Callable
from urllib.parse import urldefrag, urljoin, urlsplit

from testing.browser import Visitor
from testing.passwords import PASSWORD

LINK = re.compile(r'<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]+)"')
FORM = re.compile(r'<form\b[^>]*?\saction="([^"]+)"')
# The admin has a link for each sort order and filter of each list: one of them leads to the others.
SKIPPED = re.compile(r"[?&](?:o|_\w+|\w+__\w+|is_\w+|status)=|/history/$|/jsi18n/")


def crawl(visitor: Visitor) -> tuple[int, list[str]]:
    """Request every page that links lead to, from the front page on, and every file and form that they name.

    Returns the number of pages, and the requests that failed. A page that needs a log-in must link to it.
    """
    seen, waiting, failures, pages = set(), ["/"], [], 0
    while waiting:
        url = waiting.pop()
        response = visitor.context.request.get(visitor.base + url, headers={"Accept": "text/html,*/*;q=0.8"})
        text = response.text() if response.headers["content-type"].startswith("text/html") else ""
        pages += bool(text)
        if response.status >= 400 and not (response.status in (401, 403) and "/session/login/" in text):
            failures.append(f"{response.status} {url}")
        for target in [*LINK.findall(text), *FORM.findall(text)]:
            address = urljoin(response.url, urldefrag(target.replace("&amp;", "&"))[0])
            if urlsplit(address).scheme not in ("http", "https") or SKIPPED.search(address):
                continue
            if not address.startswith(f"{visitor.base}/"):
                failures.append(f"{url} leads outside: {address}")
            elif (path := address.removeprefix(visitor.base)) not in seen:
                seen.add(path)
                waiting += [] if "logout" in path else [path]
    return pages, failures


def log_in(visitor: Visitor, email: str) -> None:
    visitor.open("/session/login/?next=/session/account/")
    visitor.fill(username=email, password=PASSWORD)
    visitor.press("Log in")


def test_no_link_is_broken_for_a_visitor(visit: Callable[..., Visitor]) -> None:
    pages, failures = crawl(visit())
    assert (pages > 5, failures) == (True, [])


def test_no_link_is_broken_for_a_user(visit: Callable[..., Visitor], email: str) -> None:
    visitor = visit()
    log_in(visitor, email)
    pages, failures = crawl(visitor)
    assert (pages > 5, failures) == (True, [])


def test_no_link_is_broken_for_staff(visit: Callable[..., Visitor], staff_email: str) -> None:
    visitor = visit()
    log_in(visitor, staff_email)
    pages, failures = crawl(visitor)
    assert (pages > 10, failures) == (True, [])
