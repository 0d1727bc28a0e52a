"""The account pages, as a person uses them, with and without JavaScript, and under two host names."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from testing.browser import Visitor
from testing.passwords import NEW_PASSWORD, PASSWORD

Visit = Callable[..., Visitor]

every_browser = pytest.mark.parametrize("java_script_enabled", [True, False])


@every_browser
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_person_signs_up_changes_the_password_and_deletes_the_account(
    visit: Visit, java_script_enabled: bool, host: str
) -> None:
    visitor, email = visit(host=host, java_script_enabled=java_script_enabled), f"{uuid4().hex}@example.com"
    visitor.open("/")
    visitor.press("Sign up")
    visitor.fill(email=email, password=PASSWORD)
    visitor.press("Sign up")
    visitor.page.get_by_role("link", name="Account", exact=True).click()
    assert email in visitor.page.inner_text("main")
    visitor.fill(current_password=PASSWORD, new_password=NEW_PASSWORD)
    visitor.press("Change password")
    assert "Your password is changed." in visitor.page.inner_text("main")
    visitor.fill(password=NEW_PASSWORD)
    visitor.press("Delete my account")
    assert "Your account and your todos are deleted." in visitor.page.inner_text("main")


@every_browser
def test_person_logs_in_where_they_wanted_to_go_and_out(visit: Visit, email: str, java_script_enabled: bool) -> None:
    visitor = visit(java_script_enabled=java_script_enabled)
    visitor.open("/session/account/")
    visitor.fill(username=email, password="not the password")
    visitor.press("Log in")
    assert "do not match an account" in visitor.page.inner_text("main")
    visitor.fill(password=PASSWORD)
    visitor.press("Log in")
    assert visitor.path() == "/session/account/"
    visitor.page.get_by_role("button", name="Log out", exact=True).click()
    visitor.page.wait_for_selector("text=You are logged out.")


def test_form_is_filled_and_sent_with_the_keyboard_alone(visit: Visit, email: str) -> None:
    visitor = visit()
    visitor.open("/session/login/")
    visitor.page.keyboard.type(email)
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.type(PASSWORD)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("#new-title")
