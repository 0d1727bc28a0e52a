"""The application, as a person uses it: online and offline, with the keyboard, and on two devices."""

from collections.abc import Callable
from typing import Any

import pytest

from testing.browser import Visitor
from testing.passwords import PASSWORD

Visit = Callable[..., Visitor]


@pytest.fixture
def open_app(visit: Visit, email: str) -> Callable[..., Visitor]:
    """Return a function that starts a visitor with the application open."""

    def start() -> Visitor:
        visitor = visit()
        visitor.expect(412)  # An edit that was made before the answer to an earlier one is compared.
        visitor.open("/session/login/")
        visitor.fill(username=email, password=PASSWORD)
        visitor.press("Log in")
        visitor.page.wait_for_selector("#new-title")
        wait_until_saved(visitor)
        return visitor

    return start


def wait_until_saved(visitor: Visitor) -> None:
    visitor.page.wait_for_selector("#state:text-is('Saved')")


def add(visitor: Visitor, title: str) -> None:
    visitor.page.fill("#new-title", title)
    visitor.page.press("#new-title", "Enter")
    visitor.page.wait_for_selector(f".row:has-text('{title}')")


def titles(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".row .title").all_inner_texts()


def test_todo_is_added_completed_edited_deleted_and_brought_back(open_app: Visit) -> None:
    visitor = open_app()
    page = visitor.page
    add(visitor, "Buy milk")
    page.click(".row .open")
    page.fill(".edit [name=title]", "Buy oat milk")
    page.fill(".edit [name=due_at]", "2030-12-24T18:00")
    page.click(".edit button:has-text('Save')")
    page.wait_for_selector(".row:has-text('Buy oat milk')")
    page.click(".row .delete")
    page.wait_for_selector(".row", state="detached")
    page.click("#undo")
    page.wait_for_selector(".row:has-text('Buy oat milk')")
    page.click(".row input[type=checkbox]")  # The row leaves the list of open todos at once.
    page.click("[data-filter=completed]")
    page.wait_for_selector(".row.completed:has-text('Buy oat milk')")
    wait_until_saved(visitor)


def test_todos_survive_being_offline_and_are_sent_afterwards(open_app: Visit) -> None:
    visitor, other = open_app(), open_app()
    add(visitor, "Before")
    wait_until_saved(visitor)
    visitor.go_offline()
    add(visitor, "Written offline")
    visitor.page.reload()
    visitor.page.wait_for_selector(".row:has-text('Written offline')")
    visitor.go_online()
    wait_until_saved(visitor)
    other.page.reload()
    other.page.wait_for_selector(".row:has-text('Written offline')")
    assert sorted(titles(other)) == ["Before", "Written offline"]


def test_both_versions_of_a_conflict_are_shown_and_one_is_chosen(open_app: Visit) -> None:
    mine, theirs = open_app(), open_app()
    add(mine, "Call Ada")
    wait_until_saved(mine)
    theirs.page.reload()
    mine.go_offline()
    for visitor, title in ((mine, "Call Ada today"), (theirs, "Call Ada on Monday")):
        visitor.page.click(".row .open")
        visitor.page.fill(".edit [name=title]", title)
        visitor.page.click(".edit button:has-text('Save')")
        visitor.page.wait_for_selector(f".row:has-text('{title}')")
    wait_until_saved(theirs)
    mine.go_online()
    mine.page.wait_for_selector("#conflicts:has-text('Call Ada on Monday')")
    assert "Call Ada today" in mine.page.inner_text("#conflicts")
    mine.page.click("#conflicts button:has-text('mine')")
    wait_until_saved(mine)
    assert titles(mine) == ["Call Ada today"]


def test_log_out_on_another_page_asks_before_unsent_changes_are_lost(open_app: Visit) -> None:
    visitor = open_app()
    questions: list[str] = []

    def decline(dialog: Any) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    visitor.page.on("dialog", decline)
    visitor.page.route("**/todos/", lambda route: route.abort("internetdisconnected"))
    visitor.loses_requests = True
    add(visitor, "Not sent")
    visitor.page.click("#account")
    visitor.page.get_by_role("button", name="Log out", exact=True).click()
    visitor.page.wait_for_timeout(500)
    assert (visitor.path(), questions) == ("/session/account/", ["1 change not sent yet will be lost. Log out?"])


def test_everything_can_be_done_with_the_keyboard(open_app: Visit) -> None:
    visitor = open_app()
    keyboard = visitor.page.keyboard
    keyboard.press("n")
    keyboard.type("First")
    keyboard.press("Enter")
    visitor.page.wait_for_selector(".row:has-text('First')")
    keyboard.press("Escape")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    visitor.page.wait_for_selector(".edit")
    keyboard.press("End")
    keyboard.type(" todo")
    keyboard.press("Enter")
    visitor.page.wait_for_selector(".row:has-text('First todo')")
    keyboard.press("Delete")
    visitor.page.wait_for_selector(".row", state="detached")
    keyboard.press("Escape")  # Without todos, the field for a new one has the focus.
    keyboard.press("?")
    visitor.page.wait_for_selector("dialog[open]")


def test_log_out_removes_the_todos_from_the_browser(open_app: Visit) -> None:
    visitor = open_app()
    add(visitor, "Private")
    wait_until_saved(visitor)
    visitor.page.click("#log-out")
    visitor.page.wait_for_selector("text=You are logged out.")
    names = "indexedDB.databases().then(all => all.map(each => each.name))"
    assert visitor.page.evaluate(names) == []
    visitor.expect(401)
    visitor.open("/app/")
    visitor.page.wait_for_selector("[name=username]")
