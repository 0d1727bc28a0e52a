"""The list of users in the admin: search, and limits that keep it fast with many users."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from testing.factories import make_user
from testing.queries import capture_statements

USER_LIST = "admin:accounts_user_changelist"


def list_emails(response: Any) -> set[str]:
    """Return the e-mail addresses of the users that a list page shows."""
    return set(re.findall(r'class="field-email"><a [^>]*>([^<]+)</a>', response.content.decode()))


@pytest.mark.in_process("counts statements")
def test_user_list_takes_as_many_statements_for_15_users_as_for_3(admin: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(list_emails(admin.get(reverse(USER_LIST)))) == User.objects.count()
        return len(queries)

    make_user()
    make_user()
    few = statements()
    for _ in range(12):
        make_user(is_staff=True)
    assert statements() == few


@pytest.mark.parametrize("text", ["kate@home", "KATE@HOME.example", "kate"])
def test_users_are_searched_by_email(admin: Client, text: str) -> None:
    make_user("kate@home.example")
    make_user()
    assert list_emails(admin.get(reverse(USER_LIST, query={"q": text}))) == {"kate@home.example"}


@pytest.mark.parametrize("text", ["home", "kate@home.example.com", "kate_home", "k%", "kate@home.example\x7f"])
def test_user_search_finds_no_other_part_of_an_email(admin: Client, text: str) -> None:
    make_user("kate@home.example")
    assert list_emails(admin.get(reverse(USER_LIST, query={"q": text}))) == set()


def test_users_are_searched_by_id(admin: Client) -> None:
    kate = make_user("kate@home.example")
    assert list_emails(admin.get(reverse(USER_LIST, query={"q": str(kate.pk)}))) == {kate.email}


@pytest.mark.in_process("captures statements")
@pytest.mark.parametrize("query", [{}, {"is_active__exact": "1"}, {"q": "kate"}, {"o": "5"}])
def test_user_list_stops_counting_at_a_limit(admin: Client, query: dict[str, str]) -> None:
    statements = capture_statements(lambda: admin.get(reverse(USER_LIST, query=query)))
    [count] = [statement for statement in statements if "COUNT(" in statement]
    assert "LIMIT 10001" in count


@pytest.mark.parametrize("query", [{}, {"is_active__exact": "1"}, {"o": "1"}, {"q": "\0"}, {"q": "nobody at all"}])
def test_user_list_opens_with_any_query(admin: Client, query: dict[str, str]) -> None:
    assert admin.get(reverse(USER_LIST, query=query)).status_code == 200


@pytest.mark.in_process("reads the database's plan")
@pytest.mark.django_db
def test_users_are_found_by_the_beginning_of_an_email_through_an_index() -> None:
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")  # The table is empty.
    plan = User.objects.with_email_prefix("kate").explain()
    assert re.search(r"\(email>\? AND email<\?\)|Index Cond: .*email.* ~>=~", plan), plan
