"""Measures pages of the admin with 1,000,000 todos of 100,000 users, and 100,000 todos of one more user."""

import argparse
import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.callers import set_up_database
from benchmarks.serving import start_postgresql

USERS, TODOS, TODOS_OF_ONE = 100_000, 1_000_000, 100_000
ROUNDS = 9
# The names of the pages, and the parts of their URLs: the view, its arguments and the query.
PAGES: dict[str, tuple[str, list[str], str]] = {
    "todos": ("todos_todo_changelist", [], ""),
    "todos, last page": ("todos_todo_changelist", [], "?p=200"),
    "completed todos": ("todos_todo_changelist", [], "?status__exact=completed"),
    "deleted todos": ("todos_todo_changelist", [], "?deleted=yes"),
    "todos updated this month": ("todos_todo_changelist", [], "?updated_at__gte=2026-01-01%2000:00:00%2B00:00"),
    "todos by title": ("todos_todo_changelist", [], "?o=1"),
    "search for an id": ("todos_todo_changelist", [], "?q=500000"),
    "search for a word": ("todos_todo_changelist", [], "?q=999"),
    "search for an owner": ("todos_todo_changelist", [], "?q=user4242@example.com"),
    "search for the one owner": ("todos_todo_changelist", [], "?q=one@example.org"),
    "users": ("accounts_user_changelist", [], ""),
    "users, last page": ("accounts_user_changelist", [], "?p=200"),
    "inactive users": ("accounts_user_changelist", [], "?is_active__exact=0"),
    "users by creation": ("accounts_user_changelist", [], "?o=5"),
    "search for users": ("accounts_user_changelist", [], "?q=user42"),
    "page of the one owner": ("accounts_user_change", ["one"], ""),
    "deletion of the one owner": ("accounts_user_delete", ["one"], ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="admin-")))
        url = start_postgresql(folder, stack) if options.postgresql else f"sqlite:///{folder}/admin.sqlite3"
        os.environ["DATABASE_URL"] = url
        set_up_database()
        ids = {"one": str(fill_database())}
        client = log_in_administrator()
        for name, (view, arguments, query) in PAGES.items():
            print(f"{name:28} {measure(client, view, [ids[each] for each in arguments], query):8.0f} ms")
        from django.db import connections

        connections.close_all()


def fill_database() -> int:
    """Insert the users and todos, and return the id of the owner of 100,000."""
    from django.db import connection

    from accounts.models import User
    from benchmarks.scale_data import fill_tables
    from testing.todo_rows import insert_todos, make_varied_row

    fill_tables(USERS, TODOS, 0)
    one = User.objects.create_user("one@example.org")
    insert_todos(one, *map(make_varied_row, range(TODOS_OF_ONE)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL does it by itself, some time after many rows were written.
    return one.pk


def log_in_administrator() -> Any:
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("admin@example.org"))
    return client


def measure(client: Any, view: str, arguments: list[str], query: str) -> float:
    """Return the median time of a page in milliseconds."""
    from django.urls import reverse

    url = reverse(f"admin:{view}", args=arguments) + query
    durations = []
    for _ in range(ROUNDS + 1):  # The first one loads modules and templates.
        began = time.perf_counter()
        response = client.get(url)
        durations.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise RuntimeError(f"{url}: {response.status_code}")
    return 1_000 * statistics.median(durations[1:])


if __name__ == "__main__":
    main()
