"""The model of a todo. Its rules are database constraints."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import LessThanOrEqual

from todoproject.api.validators import ControlCharactersValidator, validate_visible
from todos.text_keys import TITLE_KEY_LENGTH, build_search_text, build_title_key

TITLE_LENGTH = 128
DESCRIPTION_LENGTH = 2_000

validate_title = ControlCharactersValidator()
validate_description = ControlCharactersValidator(allowed="\t\n\r")


def live_index(name: str, *fields: str) -> models.Index:
    """Return an index of each owner's todos, without tombstones."""
    return models.Index(name=name, fields=("owner", *fields), condition=Q(deleted_at=None))


class CodePointCharField(models.CharField):
    """Text that sorts by code point, whatever the collation of the database. SQLite does so by default."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class RevisionBypassError(TypeError):
    """Raised for a write that bypasses the unit of work, and so would not raise the owner's revision."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} would write todos without raising their owner's revision, so syncing clients would miss it. "
            "Use todos.unit_of_work.unit_of_work(owner)."
        )


class TodoQuerySet(models.QuerySet["Todo"]):
    """A queryset for reading. Its writing methods raise RevisionBypassError: use `todos.unit_of_work`."""

    def update(self, **values: Any) -> int:
        raise RevisionBypassError("update()")

    def delete(self) -> Any:
        raise RevisionBypassError("delete()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("bulk_create()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("bulk_update()")

    def owned_by(self, user: Any) -> "TodoQuerySet":
        """Return this user's todos only. Their `owner` is already set, so that reading it takes no query."""
        return user.todos.all() if user.is_authenticated else self.none()

    def live(self) -> "TodoQuerySet":
        """Return the todos that are not deleted."""
        return self.filter(deleted_at=None)


TEXT_KEYS = {"search_text", "title_key"}


class Todo(models.Model):
    """A todo. It is only written in a unit of work (`todos.unit_of_work`), which gives it its revision."""

    class Status(models.TextChoices):
        OPEN = "open", "open"
        COMPLETED = "completed", "completed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="todos", db_index=False)
    title = CodePointCharField(max_length=TITLE_LENGTH, validators=[validate_title, validate_visible])
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
    # Both are the revision with which the todo was created, so they sort an owner's todos like the id. If lists were
    # sorted by the id, PostgreSQL would scan the primary key, which has the todos of all users; and for one status it
    # would scan the index of all statuses. With these two columns, exactly one index fits each list.
    position = models.BigIntegerField(editable=False)
    status_position = models.BigIntegerField(editable=False)
    # Both are derived from the title and the description. The default is for the rows that a process of an earlier
    # version inserts during an upgrade.
    search_text = models.TextField(editable=False)
    title_key = CodePointCharField(max_length=TITLE_KEY_LENGTH, editable=False, db_default="")
    idempotency_key = models.CharField(max_length=255, null=True, editable=False)  # noqa: DJ001 - null means no key
    idempotency_hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - null means no key

    objects = TodoQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        base_manager_name = "objects"  # Related managers, such as user.todos, refuse to write as well.
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
            # Tombstones by age, for the purge.
            models.Index(name="todo_deleted_at", fields=("deleted_at",), condition=Q(deleted_at__isnull=False)),
            # One for each ordering, alone and with a status, so that a page of a list is a range of one index.
            live_index("todo_id", "position"),
            live_index("todo_updated_at", "updated_at", "position"),
            live_index("todo_due_at", "due_at", "position"),
            live_index("todo_title", "title_key", "position"),
            live_index("todo_status", "status", "status_position"),
            live_index("todo_status_updated_at", "status", "updated_at", "status_position"),
            live_index("todo_status_due_at", "status", "due_at", "status_position"),
            live_index("todo_status_title", "status", "title_key", "status_position"),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise RevisionBypassError("save()")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise RevisionBypassError("delete()")

    def set_text_keys(self) -> None:
        """Set the columns that are derived from the title and the description."""
        self.search_text = build_search_text(self.title, self.description)
        self.title_key = build_title_key(self.title)


def unguarded_todos() -> models.QuerySet[Todo]:
    """Return a queryset of all users' todos that can write.

    It is only for the purge, and for tests.
    """
    return models.QuerySet(Todo)
