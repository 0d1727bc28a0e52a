"""Opens pages in Chromium, and reports what goes wrong in them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from testing.server import APICaller

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"


@contextmanager
def start_chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """A person with a browser of their own, at one address of the server.

    `problems` collects the errors on the console (violations of the Content-Security-Policy among them), failed
    requests (unless it `loses_requests` on purpose, as offline), error responses that `expect` does not allow, and
    requests to other hosts.
    """

    def __init__(self, browser: "Browser", server: APICaller, *, host: str = "127.0.0.1", **options: Any) -> None:
        self.base = f"http://{host}:{server.port}{server.prefix}"
        self.problems: list[str] = []
        self.expected: set[int] = set()
        self.loses_requests = False
        self.runs_scripts = options.get("java_script_enabled", True)
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self.check_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.context.on("request", self.check_request)
        self.context.on("response", self.check_response)
        self.context.on("requestfailed", self.check_failure)

    def expect(self, *statuses: int) -> None:
        """Allow these error statuses in responses, such as 429 where a rate limit is tried."""
        self.expected |= set(statuses)

    def check_console(self, message: Any) -> None:
        is_reported_response = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not is_reported_response:
            self.problems.append(f"console: {message.text}")

    def check_request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and not request.url.startswith(f"{self.base}/"):
            self.problems.append(f"outside {self.base}: {request.url}")

    def check_response(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.url}")

    def go_offline(self) -> None:
        self.loses_requests = True
        self.context.set_offline(True)

    def go_online(self) -> None:
        self.context.set_offline(False)

    def check_failure(self, request: Any) -> None:
        # Chromium aborts requests of a page that is left, and reports "csp" for scripts where JavaScript is off.
        is_refused_script = request.failure == "csp" and not self.runs_scripts
        if request.failure != "net::ERR_ABORTED" and not is_refused_script and not self.loses_requests:
            self.problems.append(f"{request.failure}: {request.url}")

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def path(self) -> str:
        """Return the path of the current page, without the stage prefix."""
        return urlsplit(self.page.url).path.removeprefix(urlsplit(self.base).path)

    def fill(self, **fields: str) -> None:
        """Fill the fields of the given names in the page's main part."""
        for name, value in fields.items():
            self.page.fill(f'main [name="{name}"]', value)

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name in the main part."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).or_(
            self.page.locator("main").get_by_role("link", name=name, exact=True)
        ).first.click()

    def leave(self) -> None:
        """Close the browser. Raises AssertionError for problems on any page."""
        self.context.close()
        assert not self.problems, "\n".join(self.problems)
