"""Creates many todos at once, with values that only the API sets, and follows the links between pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.todos import Row, link_urls
from todos.models import Todo, unguarded_todos
from todos.unit_of_work import unit_of_work

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def insert_todos(owner: User, *rows: Row) -> list[Todo]:
    """Insert todos with these columns and default values for others; revisions continue from the owner's."""
    first = User.objects.get(pk=owner.pk).revision + 1
    User.objects.filter(pk=owner.pk).update(revision=F("revision") + len(rows))
    todos = []
    for revision, row in enumerate(rows, start=first):
        columns = {"title": "Milk", "created_at": NEW_YEAR, "updated_at": NEW_YEAR} | row
        todo = Todo(owner=owner, revision=revision, position=revision, status_position=revision, **columns)
        todo.set_text_keys()
        todos.append(todo)
    return unguarded_todos().bulk_create(todos, batch_size=500)


def make_varied_row(number: int) -> Row:
    """Return varied columns: many todos share a sort key, have no due date, are completed or are deleted."""
    return {
        "title": "bbacb"[number % 5],
        "due_at": (None, NEW_YEAR, NEW_YEAR, None, NEW_YEAR + timedelta(days=number % 3))[number * 7 % 5],
        "updated_at": NEW_YEAR + timedelta(hours=number * 5 % 3),
        "status": "open" if number % 4 else "completed",
        "completed_at": None if number % 4 else NEW_YEAR,
        "deleted_at": NEW_YEAR if number % 9 == 0 else None,
    }


def update_columns(todo: Todo, **columns: Any) -> None:
    """Set columns of a todo in the database directly, without a new revision."""
    unguarded_todos().filter(pk=todo.pk).update(**columns)


def delete_at(todo: Todo, deleted_at: datetime) -> None:
    """Delete a todo with this deletion time."""
    with unit_of_work(todo.owner) as work:
        work.now = deleted_at
        work.delete(todo)


def make_tombstone(owner: User, *, deleted_at: datetime | None = None) -> Todo:
    """Create a todo that was deleted at this time, or 40 days ago."""
    todo = make_todo(owner)
    delete_at(todo, deleted_at or timezone.now() - timedelta(days=40))
    return todo


def tomorrow() -> datetime:
    """Return a purge date that includes every tombstone."""
    return timezone.now() + timedelta(days=1)


def walk_pages(client: APIClient, url: str, rel: str = "next") -> Iterator[Any]:
    """Yield the response of a page and of those that follow by `rel`; each is read only when it is needed."""
    for _ in range(100):
        response = client.get(url)
        assert response.status_code == 200, response.content
        yield response
        if rel not in link_urls(response):
            return
        url = link_urls(response)[rel]
    raise AssertionError("The pages have no end.")


def extract_cursor(response: Any) -> str:
    """Return the cursor in the link to the next page."""
    return parse_qs(urlsplit(link_urls(response)["next"]).query)["cursor"][0]
