"""What a todo looks like, and what may be said of one."""

import json
from collections import Counter
from functools import cached_property
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todoproject.api.dates import format_datetime
from todoproject.api.fields import RFC3339DateTimeField, StringField
from todoproject.api.serializers import StrictSerializer
from todoproject.api.suggestions import printable
from todos.models import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Todo,
    TodoQuerySet,
    validate_description,
    validate_title,
)

BULK_ITEMS = 100
MAX_ID = 2**63 - 1

TODO_EXAMPLE = {
    "id": 7,
    "title": "Buy milk",
    "description": "",
    "status": "open",
    "due_at": "2026-12-24T18:00:00Z",
    "created_by": "ada@example.com",
    "created_at": "2026-11-22T08:00:00Z",
    "updated_at": "2026-11-22T08:00:00Z",
    "completed_at": None,
    "revision": 12,
}


class StatusField(serializers.ChoiceField):
    """`open` or `completed`; what is wrong with another value is said in the original's words."""

    default_error_messages = {  # noqa: RUF012 (as in every field of DRF)
        "invalid_choice": "Bad choice: {input} is not a valid choice. Valid choices are 'open' or 'completed'.",
        "null": "Bad choice: null is not a valid choice. Valid choices are 'open' or 'completed'.",
    }

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and data in self.choices:
            return data
        if isinstance(data, dict | list):
            data = "an object" if isinstance(data, dict) else "an array"
        self.fail("invalid_choice", input=printable(data if isinstance(data, str) else json.dumps(data)))


@extend_schema_serializer(
    examples=[
        OpenApiExample("New", {"title": "Buy milk", "due_at": "2026-12-24T19:00:00+01:00"}, request_only=True),
        OpenApiExample("Todo", TODO_EXAMPLE, response_only=True),
    ]
)
class TodoSerializer(StrictSerializer, serializers.ModelSerializer):
    title = StringField(
        max_length=TITLE_LENGTH,
        validators=[validate_title],
        help_text="1 to 128 characters, trimmed, without control characters.",
    )
    description = StringField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=DESCRIPTION_LENGTH,
        validators=[validate_description],
        style={"base_template": "textarea.html"},
        help_text="At most 2,000 characters, kept exactly; tab, line feed and carriage return may occur.",
    )
    status = StatusField(choices=Todo.Status.choices, required=False, help_text="open, unless said otherwise.")
    due_at = RFC3339DateTimeField(
        required=False,
        allow_null=True,
        # As text: a browser's date-time input shows no offset, and drops microseconds.
        style={"input_type": "text", "placeholder": "2026-12-24T18:00:00Z"},
        help_text="A date-time with an offset, to the microsecond, or null.",
    )
    created_by = serializers.EmailField(source="owner.email", read_only=True, help_text="The owner's e-mail address.")

    class Meta:
        model = Todo
        fields = (
            "id",
            "title",
            "description",
            "status",
            "due_at",
            "created_by",
            "created_at",
            "updated_at",
            "completed_at",
            "revision",
        )
        read_only_fields = ("id", "created_at", "updated_at", "completed_at", "revision")
        validators = ()

    def to_representation(self, todo: Todo) -> dict[str, Any]:
        """What DRF would make of the fields, written out: in a list of thousands its walk is most of the time.

        Of a deleted todo only its tombstone is shown.
        """
        if todo.deleted_at is not None:
            return {"id": todo.pk, "revision": todo.revision, "deleted": True}
        return {
            "id": todo.pk,
            "title": todo.title,
            "description": todo.description,
            "status": todo.status,
            "due_at": format_datetime(todo.due_at),
            "created_by": todo.owner.email,
            "created_at": format_datetime(todo.created_at),
            "updated_at": format_datetime(todo.updated_at),
            "completed_at": format_datetime(todo.completed_at),
            "revision": todo.revision,
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample("Complete", {"status": "completed"}, request_only=True),
        OpenApiExample("Todo", TODO_EXAMPLE, response_only=True),
    ]
)
class StatusPatchSerializer(TodoSerializer):
    """Any of the writable fields, and at least one; the status is what it is mostly for."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            detail = "Say what to change: the status, 'open' or 'completed', or another writable field."
            raise ValidationError({"status": detail}, code="required")
        return attrs


class BulkPatchSerializer(serializers.ListSerializer):
    """Changes of up to 100 todos: each item names one by its `id`, and changes at least one field.

    `instance` is the queryset of those that may be changed; `validated_data` has a pair (todo, values) an item.
    """

    instance: TodoQuerySet
    child: StatusPatchSerializer

    @cached_property
    def named(self) -> Counter[int]:
        ids = [item.get("id") for item in self.initial_data if isinstance(item, dict)]
        return Counter(pk for pk in ids if type(pk) is int and 0 < pk <= MAX_ID)

    @cached_property
    def todos(self) -> dict[int, Todo]:
        return self.instance.in_bulk(list(self.named))

    def run_child_validation(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().run_child_validation(data)
        todo = self.todo(data)
        said = data.get("revision")
        if type(said) is int and said != todo.revision:
            raise ValidationError({"revision": [ErrorDetail("The todo has changed since.", code="stale")]})
        self.child.instance = todo
        return todo, super().run_child_validation(data)

    def todo(self, item: dict[str, Any]) -> Todo:
        if "id" not in item:
            raise ValidationError({"id": [ErrorDetail("This field is required.", code="required")]})
        pk = item["id"]
        todo = self.todos.get(pk) if type(pk) is int else None
        if todo is None:
            raise ValidationError({"id": [ErrorDetail("There is no such todo of yours.", code="not_found")]})
        if self.named[pk] > 1:
            raise ValidationError({"id": [ErrorDetail("This todo is named more than once.", code="repeated")]})
        return todo
