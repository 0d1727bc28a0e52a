"""Two devices that edit the same todos at random, with lost answers and times offline, end with the same list."""

import random
from collections.abc import Callable
from typing import Any

from testing.browser import Visitor
from testing.passwords import PASSWORD

WRITES = ("POST", "PATCH", "DELETE")


class Device:
    """The application in one browser. Each todo has a word of its own at the beginning of its title, such as `t7`."""

    def __init__(self, visitor: Visitor, random_source: random.Random) -> None:
        self.visitor, self.page, self.random = visitor, visitor.page, random_source
        visitor.expect(404, 412)
        visitor.loses_requests = True
        self.loses_answers = False
        self.conflicts = 0
        self.page.route("**/todos/**", self.answer)

    def answer(self, route: Any) -> None:
        """Let a request through; lose the answers to writes while `loses_answers` is set."""
        if self.loses_answers and route.request.method in WRITES:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    def log_in(self, email: str) -> None:
        self.visitor.open("/session/login/")
        self.visitor.fill(username=email, password=PASSWORD)
        self.visitor.press("Log in")
        self.page.click("[data-filter=all]")

    def titles(self) -> list[str]:
        return sorted(self.page.locator(".row .title").all_inner_texts())

    def add(self, title: str) -> None:
        self.page.fill("#new-title", title)
        self.page.press("#new-title", "Enter")
        self.page.wait_for_selector(f".row .title:text-is('{title}')")

    def rename(self, old: str, new: str) -> None:
        self.page.click(f".row .title:text-is('{old}')")
        self.page.fill(".edit [name=title]", new)
        self.page.click(".edit button:has-text('Save')")
        self.page.wait_for_selector(f".row .title:text-is('{new}')")

    def delete(self, title: str) -> None:
        self.page.locator(".row", has=self.page.locator(f".title:text-is('{title}')")).locator(".delete").click()
        self.page.wait_for_selector(f".row .title:text-is('{title}')", state="detached")

    def change_network(self) -> None:
        """Go offline, lose answers, or be online again."""
        self.visitor.go_online()
        self.loses_answers = self.random.random() < 0.4
        if self.random.random() < 0.3:
            self.visitor.go_offline()

    def settle(self) -> None:
        """Be online, decide every conflict, and wait until everything is saved."""
        self.loses_answers = False
        self.visitor.go_online()
        self.page.reload()
        self.page.click("[data-filter=all]")
        self.page.wait_for_selector("#state[data-state=saved], #state[data-state=conflict]")
        while self.page.locator("#conflicts .conflict").count():
            self.conflicts += 1
            buttons = self.page.locator("#conflicts .conflict >> nth=0 >> button")
            buttons.nth(self.random.randrange(buttons.count())).click()
            self.page.wait_for_timeout(300)
            self.page.wait_for_selector("#state[data-state=saved], #state[data-state=conflict]")


def act(device: Device, number: int, deleted: set[str], renamed: dict[str, set[str]]) -> None:
    """Add, rename or delete a todo on a device, and note it."""
    titles, kind = device.titles(), device.random.random()
    if not titles or kind < 0.4:
        device.add(f"t{number}")
        renamed[f"t{number}"] = {f"t{number}"}
        return
    title = device.random.choice(titles)
    word = title.split()[0]
    if kind < 0.85:
        renamed[word].add(f"{word} r{number}")
        device.rename(title, f"{word} r{number}")
    else:
        deleted.add(word)
        device.delete(title)


def test_two_devices_end_with_the_same_list_and_lose_no_edit(
    visit: Callable[..., Visitor], email: str, rounds: Callable[[int, int], int]
) -> None:
    source = random.Random(7)  # noqa: S311 (the same course each time)
    devices = [Device(visit(), source) for _ in range(2)]
    for device in devices:
        device.log_in(email)
    deleted: set[str] = set()
    renamed: dict[str, set[str]] = {}
    for number in range(rounds(20, 200)):
        device = source.choice(devices)
        if source.random() < 0.3:
            device.change_network()
        act(device, number, deleted, renamed)
    for device in [*devices, *devices, devices[0]]:
        device.settle()
    titles = devices[0].titles()
    assert titles == devices[1].titles()
    assert {word for word in renamed if word not in deleted} <= {title.split()[0] for title in titles}
    assert all(title in renamed[title.split()[0]] for title in titles)
