"""Every write to a todo, in one place: it raises the owner's revision and stamps it on the todo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from todos.models import Todo


class Write:
    """One write to one todo of `owner`, inside the transaction that raised their revision."""

    def __init__(self, owner: User, revision: int, now: datetime) -> None:
        self.owner = owner
        self.revision = revision
        self.now = now
        self.done = False

    def create(self, **values: Any) -> Todo:
        """Insert a todo."""
        place = {"position": self.revision, "status_position": self.revision}
        todo = Todo(owner=self.owner, created_at=self.now, **place, **values)
        self.set(todo, self.derived(todo, values))
        todo.save(force_insert=True)
        return todo

    def update(self, todo: Todo, **values: Any) -> None:
        """Update the columns that change, of a todo that was read inside this write."""
        changes = {name: value for name, value in values.items() if getattr(todo, name) != value}
        if changes:
            self.put(todo, changes | self.derived(todo, changes))

    def delete(self, todo: Todo) -> None:
        """Leave a tombstone; one that is there stays as it is."""
        if todo.deleted_at is None:
            self.put(todo, {"deleted_at": self.now, "revision": self.revision})

    def derived(self, todo: Todo, values: dict[str, Any]) -> dict[str, Any]:
        """What follows from a change of `values`."""
        derived: dict[str, Any] = {"updated_at": self.now, "revision": self.revision}
        if "status" in values:
            derived["completed_at"] = self.now if values["status"] == Todo.Status.COMPLETED else None
        if values.keys() & {"title", "description"}:
            text = {"title": todo.title, "description": todo.description} | values
            derived["search_text"] = Todo.searchable(text["title"], text["description"])
        return derived

    def put(self, todo: Todo, changes: dict[str, Any]) -> None:
        if Todo.objects.live().filter(pk=todo.pk).update(**changes) != 1:
            raise Todo.DoesNotExist  # Cannot be: the owner's row has been locked since before the todo was read.
        self.set(todo, changes)

    def set(self, todo: Todo, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            setattr(todo, name, value)
        self.done = True


@contextmanager
def writing(owner: User) -> Iterator[Write]:
    """A transaction for one write to one todo of `owner`; AccountGone where the owner is.

    Raising the revision locks the owner's row, so a user's writes come one after the other, and what
    is read inside is what will be changed. Where nothing was written the revision stays as it was.
    """
    with transaction.atomic():
        write = Write(owner, User.objects.raise_revision(owner.pk), timezone.now())
        yield write
        if not write.done:
            transaction.set_rollback(True)
