"""Every write to todos, in one place: each row that is written gets a revision of its own, raised at its owner."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from todos.models import Todo, unguarded_todos


class UnitOfWork:
    """Writes to todos of `owner`, inside the transaction that locked the owner's row."""

    def __init__(self, owner: User, revision: int, now: datetime) -> None:
        self.owner = owner
        self.revision = revision  # the owner's, as far as this has written
        self.now = now

    def stamp(self) -> int:
        self.revision += 1
        return self.revision

    def create(self, **values: Any) -> Todo:
        """Insert a todo."""
        [todo] = self.create_many([values])
        return todo

    def create_many(self, rows: Iterable[dict[str, Any]]) -> list[Todo]:
        """Insert todos, in one statement where the database takes them all at once."""
        return unguarded_todos().bulk_create([self.new(values) for values in rows])

    def new(self, values: dict[str, Any]) -> Todo:
        revision = self.stamp()
        place = {"position": revision, "status_position": revision}
        todo = Todo(owner=self.owner, created_at=self.now, revision=revision, **place, **values | self.derived(values))
        todo.search_text = Todo.searchable(todo.title, todo.description)
        return todo

    def update(self, todo: Todo, **values: Any) -> None:
        """Update the columns that change, of a todo that was read inside this write."""
        self.update_many([(todo, values)])

    def update_many(self, pairs: Iterable[tuple[Todo, dict[str, Any]]]) -> None:
        """Update todos that were read inside this write; one that nothing changes keeps its revision."""
        changed: list[Todo] = []
        names: set[str] = set()
        for todo, values in pairs:
            changes = {name: value for name, value in values.items() if getattr(todo, name) != value}
            if changes:
                changes |= self.derived(changes) | {"revision": self.stamp()}
                for name, value in changes.items():
                    setattr(todo, name, value)
                todo.search_text = Todo.searchable(todo.title, todo.description)
                changed.append(todo)
                names |= changes.keys()
        self.put(changed, names | {"search_text"} if names & {"title", "description"} else names)

    def delete(self, todo: Todo) -> None:
        """Leave a tombstone; one that is there stays as it is."""
        if todo.deleted_at is None:
            todo.deleted_at, todo.revision = self.now, self.stamp()
            self.put([todo], {"deleted_at", "revision"})

    def restore(self, todo: Todo) -> None:
        """Undo a deletion; a live todo stays as it is."""
        if todo.deleted_at is not None:
            todo.deleted_at, todo.revision = None, self.stamp()
            self.put([todo], {"deleted_at", "revision"})

    def clear_completed(self) -> None:
        """Delete all completed todos, in one statement; their revisions follow in the order of their ids."""
        now = connection.ops.adapt_datetimefield_value(self.now)
        with connection.cursor() as cursor:
            cursor.execute(CLEAR_COMPLETED, [now, self.revision, self.owner.pk])
            self.revision += cursor.rowcount

    def derived(self, values: dict[str, Any]) -> dict[str, Any]:
        """When `values` were changed, and with the status when it was completed."""
        if "status" not in values:
            return {"updated_at": self.now}
        completed = values["status"] == Todo.Status.COMPLETED
        return {"updated_at": self.now, "completed_at": self.now if completed else None}

    def put(self, todos: list[Todo], names: set[str]) -> None:
        """Store columns of todos; a single one without the CASE for each of many."""
        if len(todos) == 1:
            written = (
                unguarded_todos().filter(pk=todos[0].pk).update(**{name: getattr(todos[0], name) for name in names})
            )
        else:
            written = unguarded_todos().bulk_update(todos, sorted(names)) if todos else 0
        if written != len(todos):
            raise Todo.DoesNotExist  # Cannot be: the owner's row has been locked since before they were read.


CLEAR_COMPLETED = """
    UPDATE todos_todo SET deleted_at = %s, revision = %s + numbered.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM todos_todo
        WHERE owner_id = %s AND status = 'completed' AND deleted_at IS NULL
    ) AS numbered
    WHERE todos_todo.id = numbered.id
"""


@contextmanager
def unit_of_work(owner: User, *, rows: int = 1) -> Iterator[UnitOfWork]:
    """A transaction for writes to todos of `owner`, about as many as `rows`; AccountGone where the owner is.

    Raising the revision locks the owner's row, so a user's writes come one after the other, and what is read
    inside is what will be changed. Afterwards the revision is that of the last row written: where nothing was,
    it stays as it was.
    """
    with transaction.atomic():
        raised = User.objects.raise_revision(owner.pk, by=rows)
        work = UnitOfWork(owner, raised - rows, timezone.now())
        yield work
        if work.revision == raised - rows:
            transaction.set_rollback(True)
        elif work.revision != raised:
            User.objects.raise_revision(owner.pk, by=work.revision - raised)
