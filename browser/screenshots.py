"""Takes the pictures in docs/screenshots: the pages with a few todos, on a phone and a desktop, light and dark."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
django.setup()

from testing.browser import Visitor, start_chromium  # noqa: E402 (the settings must be ready)
from testing.passwords import PASSWORD  # noqa: E402
from testing.server import Server  # noqa: E402

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
EMAIL = "ada@example.com"
DESKTOP, PHONE = {"width": 1000, "height": 640}, {"width": 390, "height": 700}
TITLES = ("Water the plants", "Book the train to Vienna", "Send the slides to Grace", "Buy oat milk")


def fill_server(server: Server) -> None:
    """Create an account with a few todos, one of them completed, one overdue, and one due today."""
    token = server.call("POST", "/auth/signup/", {"email": EMAIL, "password": PASSWORD}).json()["token"]
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    due = (now - timedelta(days=1), now + timedelta(days=6), now + timedelta(hours=1), None)
    for title, due_at in zip(TITLES, due, strict=True):
        body = {"title": title, "due_at": due_at.isoformat() if due_at else None}
        todo = server.call("POST", "/todos/", body, token=token).json()
    server.call("PATCH", f"/todos/{todo['id']}/", {"status": "completed"}, token=token)


def log_in(visitor: Visitor) -> None:
    visitor.open("/session/login/")
    visitor.fill(username=EMAIL, password=PASSWORD)
    visitor.press("Log in")
    visitor.page.wait_for_selector("#state[data-state=saved]")


def take(visitor: Visitor, path: str, name: str, ready: str = "main") -> None:
    """Open a page and save its picture once an element is there."""
    visitor.open(path)
    visitor.page.wait_for_selector(ready)
    visitor.page.wait_for_timeout(500)  # For what is drawn after that, such as the rows of the list.
    visitor.page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, Server(Path(folder)) as server, start_chromium() as browser:
        fill_server(server)
        desktop = Visitor(browser, server, viewport=DESKTOP)
        phone = Visitor(browser, server, viewport=PHONE, color_scheme="dark")
        take(desktop, "/", "front-page")
        take(desktop, "/docs/", "docs", ".opblock")
        log_in(desktop)
        log_in(phone)
        for visitor, name in ((desktop, "app"), (phone, "app-phone-dark")):
            visitor.page.click("[data-filter=all]")
            visitor.page.wait_for_timeout(500)
            visitor.page.screenshot(path=FOLDER / f"{name}.png")
        take(desktop, "/session/account/", "account")
        take(desktop, "/todos/", "browsable-api")


if __name__ == "__main__":
    main()
