"""The todo, and the rules about it that hold in the database."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import LessThanOrEqual

from todoproject.api.validators import ControlCharactersValidator

TITLE_LENGTH = 128
DESCRIPTION_LENGTH = 2_000

validate_title = ControlCharactersValidator()
validate_description = ControlCharactersValidator(allowed="\t\n\r")

# Stands between title and description in what is searched; neither may contain it.
SEPARATOR = "\x1f"


class CodePointCharField(models.CharField):
    """Text that sorts by code point in every database, whatever its collation. SQLite does so by itself."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class RevisionBypassError(TypeError):
    """A write that would leave the owner's revision behind, so that a client would never hear of it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} would write todos without raising their owner's revision: clients that sync would miss it. "
            "Use todos.unit_of_work.unit_of_work(owner)."
        )


class TodoQuerySet(models.QuerySet["Todo"]):
    """Reads todos. What writes them is refused: `todos.unit_of_work` does that, by `unguarded_todos`."""

    def update(self, **values: Any) -> int:
        raise RevisionBypassError("update()")

    def delete(self) -> Any:
        raise RevisionBypassError("delete()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("bulk_create()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("bulk_update()")

    def owned_by(self, user: Any) -> "TodoQuerySet":
        """A user's todos, and nobody else's; the owner of each is `user` itself, not read again."""
        return user.todos.all() if user.is_authenticated else self.none()

    def live(self) -> "TodoQuerySet":
        """Without the deleted ones, whose tombstones stay for a while."""
        return self.filter(deleted_at=None)


class Todo(models.Model):
    """Something to do. It is written through `todos.unit_of_work`, which stamps the owner's revision on it."""

    class Status(models.TextChoices):
        OPEN = "open", "open"
        COMPLETED = "completed", "completed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="todos", db_index=False)
    title = CodePointCharField(max_length=TITLE_LENGTH, validators=[validate_title])
    description = models.TextField(
        max_length=DESCRIPTION_LENGTH, default="", blank=True, validators=[validate_description]
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    revision = models.BigIntegerField(editable=False)
    # The revision that it was created with, twice. It sorts a user's todos as the id does, but PostgreSQL cannot
    # take the primary key for it, which holds everybody's todos, nor for a list of one status the index of all:
    # it would do so where it hopes to meet some soon, and a page would cost what lies between.
    position = models.BigIntegerField(editable=False)
    status_position = models.BigIntegerField(editable=False)
    # Title and description, case-folded: no database folds beyond ASCII in every collation.
    search_text = models.TextField(editable=False)
    idempotency_key = models.CharField(max_length=255, null=True, editable=False)  # noqa: DJ001 (null: no key)
    idempotency_hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 (null: no key)

    objects = TodoQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        base_manager_name = "objects"  # Related managers write by this one; it refuses, as all others do.
        constraints = (
            models.CheckConstraint(name="title_not_blank", condition=~Q(title="") & Q(title=Trim("title"))),
            models.CheckConstraint(name="title_length", condition=Q(LessThanOrEqual(Length("title"), TITLE_LENGTH))),
            models.CheckConstraint(
                name="description_length", condition=Q(LessThanOrEqual(Length("description"), DESCRIPTION_LENGTH))
            ),
            models.CheckConstraint(
                name="completed_at_when_completed",
                condition=Q(status="open", completed_at=None) | Q(status="completed", completed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="idempotency_key_with_hash",
                condition=Q(idempotency_key=None, idempotency_hash=None)
                | Q(idempotency_key__isnull=False, idempotency_hash__isnull=False),
            ),
            models.UniqueConstraint(name="one_todo_a_revision", fields=("owner", "revision")),
            models.UniqueConstraint(
                name="one_todo_an_idempotency_key",
                fields=("owner", "idempotency_key"),
                condition=Q(idempotency_key__isnull=False),
            ),
        )
        indexes = (
            # The tombstones by age, for their purge.
            models.Index(name="todo_deleted_at", fields=("deleted_at",), condition=Q(deleted_at__isnull=False)),
            # One for each ordering, alone and with a status: each page of a list is then one range of one index.
            *(
                models.Index(
                    name=f"todo_{'_'.join(fields[:-1]) or 'id'}",
                    fields=("owner", *fields),
                    condition=Q(deleted_at=None),
                )
                for fields in (
                    ("position",),
                    ("updated_at", "position"),
                    ("due_at", "position"),
                    ("title", "position"),
                    ("status", "status_position"),
                    ("status", "updated_at", "status_position"),
                    ("status", "due_at", "status_position"),
                    ("status", "title", "status_position"),
                )
            ),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise RevisionBypassError("save()")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("delete()")

    @staticmethod
    def searchable(title: str, description: str) -> str:
        """What a search is looked up in."""
        return f"{title}{SEPARATOR}{description}".casefold()


def unguarded_todos() -> models.QuerySet[Todo]:
    """All todos, for code that raises the owner's revision itself: `todos.unit_of_work` and `todos.purge`."""
    return models.QuerySet(Todo)
