"""The unit of work: creates, updates, deletes and restores todos. Only the purge writes without it.

Each row that is written gets the next revision of its owner, so no two rows have the same one. Sync relies on that.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from todos.models import TEXT_KEYS, Todo
from todos.statements import insert_todos, raise_revision_and_insert, update_todos


@contextmanager
def unit_of_work(owner: User) -> Iterator["UnitOfWork"]:
    """Open a transaction that locks the owner's row; raise InvalidAccountOrToken if the owner has been deleted.

    The lock puts the writes of one owner in order, so a todo that is read inside is the one that will be changed. It
    is taken by raising the owner's revision, which the first row written gets. Further rows raise it further at the
    end; if no row was written, the transaction is rolled back and the revision stays as it was.
    """
    with transaction.atomic():
        first = User.objects.raise_revision(owner.pk)
        work = UnitOfWork(owner, revision=first - 1, now=timezone.now())
        yield work
        if work.revision < first:
            transaction.set_rollback(True)
        elif work.revision > first:
            User.objects.raise_revision(owner.pk, by=work.revision - first)


def create_todos(owner: User, rows: Iterable[dict[str, Any]]) -> tuple[list[Todo], int]:
    """Create todos in a unit of work of their own; return them and the owner's revision.

    PostgreSQL does it in one statement instead of four, of which each is a round trip.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        work = UnitOfWork(owner, revision=0, now=timezone.now())
        todos = [work.build_todo(values) for values in rows]
        raise_revision_and_insert(todos)
        return todos, todos[-1].revision
    with unit_of_work(owner) as work:
        todos = work.create_many(rows)
    return todos, work.revision


class UnitOfWork:
    """Writes the todos of one owner. `revision` is that of the last row written; until then it is the owner's."""

    def __init__(self, owner: User, *, revision: int, now: datetime) -> None:
        self.owner = owner
        self.revision = revision
        self.now = now

    def take_next_revision(self) -> int:
        self.revision += 1
        return self.revision

    def create(self, **values: Any) -> Todo:
        """Insert a todo."""
        [todo] = self.create_many([values])
        return todo

    def create_many(self, rows: Iterable[dict[str, Any]]) -> list[Todo]:
        """Insert todos, in one statement."""
        todos = [self.build_todo(values) for values in rows]
        insert_todos(todos)
        return todos

    def build_todo(self, values: dict[str, Any]) -> Todo:
        """Return a new todo, with the columns that are derived from its values."""
        revision = self.take_next_revision()
        sort_keys = {"position": revision, "status_position": revision}
        columns = values | self.derive_timestamps(values) | sort_keys
        todo = Todo(owner=self.owner, created_at=self.now, revision=revision, **columns)
        todo.set_text_keys()
        return todo

    def update(self, todo: Todo, **values: Any) -> None:
        """Update the columns that change of a todo that was read in this unit of work."""
        self.update_many([(todo, values)])

    def update_many(self, pairs: Iterable[tuple[Todo, dict[str, Any]]]) -> None:
        """Update todos that were read in this unit of work; one whose values do not change keeps its revision."""
        changed: dict[frozenset[str], list[Todo]] = {}  # by the columns to save
        for todo, values in pairs:
            changes = {name: value for name, value in values.items() if getattr(todo, name) != value}
            if changes:
                changed.setdefault(self.apply_changes(todo, changes), []).append(todo)
        for columns, todos in changed.items():
            update_todos(todos, columns)

    def apply_changes(self, todo: Todo, changes: dict[str, Any]) -> frozenset[str]:
        """Set the changed values and the columns derived from them on the todo; return the columns to save."""
        columns = changes | self.derive_timestamps(changes) | {"revision": self.take_next_revision()}
        for name, value in columns.items():
            setattr(todo, name, value)
        if not changes.keys() & {"title", "description"}:
            return frozenset(columns)
        todo.set_text_keys()
        return frozenset({*columns, *TEXT_KEYS})

    def delete(self, todo: Todo) -> None:
        """Turn the todo into a tombstone; a tombstone is unchanged."""
        if todo.deleted_at is None:
            todo.deleted_at, todo.revision = self.now, self.take_next_revision()
            update_todos([todo], {"deleted_at", "revision"})

    def restore(self, todo: Todo) -> None:
        """Undo a deletion; a live todo is unchanged."""
        if todo.deleted_at is not None:
            todo.deleted_at, todo.revision = None, self.take_next_revision()
            update_todos([todo], {"deleted_at", "revision"})

    def clear_completed(self) -> None:
        """Turn all completed todos into tombstones, in one statement, with revisions in the order of their ids."""
        now = connection.ops.adapt_datetimefield_value(self.now)
        with connection.cursor() as cursor:
            cursor.execute(CLEAR_COMPLETED, [now, self.revision, self.owner.pk, self.owner.pk])
            self.revision += cursor.rowcount

    def derive_timestamps(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return `updated_at` and, if the status is among the values, `completed_at`."""
        if "status" not in values:
            return {"updated_at": self.now}
        completed = values["status"] == Todo.Status.COMPLETED
        return {"updated_at": self.now, "completed_at": self.now if completed else None}


CLEAR_COMPLETED = """
    UPDATE todos_todo SET deleted_at = %s, revision = %s + numbered.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM todos_todo
        WHERE owner_id = %s AND status = 'completed' AND deleted_at IS NULL
    ) AS numbered
    WHERE todos_todo.id = numbered.id AND todos_todo.owner_id = %s
"""
