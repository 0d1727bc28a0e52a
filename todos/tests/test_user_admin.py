"""The numbers of a user's todos, on the user's page in the admin."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.admin import log_in_staff
from testing.factories import make_todo, make_user
from testing.queries import capture_statements
from testing.todo_rows import NEW_YEAR, insert_todos
from todoproject import admin as limits

USER_LIST = reverse("admin:accounts_user_changelist")
COMPLETED = {"status": "completed", "completed_at": NEW_YEAR}
DELETED = {"deleted_at": NEW_YEAR}


def read_links(browser: Client, user: User) -> dict[str, tuple[str, str]]:
    """Return the number of todos and the URL of their list, by the name of the field."""
    page = browser.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    links = re.findall(r'field-(\w+)_todos">.*?<a href="([^"]+)">([^<]+)</a>', page, flags=re.DOTALL)
    return {name: (count, unescape(url)) for name, url, count in links}


@pytest.fixture
def six_todos(user: User) -> None:
    """Three open, two completed and one deleted todo of the user, and one of another user."""
    insert_todos(user, {}, {}, {}, COMPLETED, COMPLETED, COMPLETED | DELETED)
    make_todo(make_user())


@pytest.mark.usefixtures("six_todos")
def test_user_page_counts_the_todos_of_the_user(admin_client: Client, user: User) -> None:
    counts = {name: count for name, (count, _) in read_links(admin_client, user).items()}
    assert counts == {"open": "3", "completed": "2", "deleted": "1"}


@pytest.mark.usefixtures("six_todos")
@pytest.mark.parametrize("name", ["open", "completed", "deleted"])
def test_each_number_leads_to_the_list_of_these_todos(admin_client: Client, user: User, name: str) -> None:
    count, url = read_links(admin_client, user)[name]
    assert admin_client.get(url).content.decode().count('class="field-short_title"') == int(count)


@pytest.mark.in_process("patches a limit")
@pytest.mark.usefixtures("six_todos")
def test_user_page_stops_counting_at_a_limit(admin_client: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COUNT", 2)
    counts = {name: count for name, (count, _) in read_links(admin_client, user).items()}
    assert counts == {"open": "2+", "completed": "2", "deleted": "1"}


@pytest.mark.any_database
@pytest.mark.parametrize(("permissions", "shown"), [({"view_user"}, 0), ({"view_user", "view_todo"}, 3)])
def test_todos_are_counted_for_staff_who_may_view_todos(user: User, permissions: set[str], shown: int) -> None:
    assert len(read_links(log_in_staff(*permissions), user)) == shown


@pytest.mark.any_database
@pytest.mark.in_process("captures statements")
def test_user_list_reads_no_todos(admin_client: Client, user: User) -> None:
    assert not [sql for sql in capture_statements(lambda: admin_client.get(USER_LIST)) if "todos_todo" in sql]


@pytest.mark.any_database
def test_user_can_be_added_where_todos_are_counted(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:accounts_user_add")).status_code == 200
