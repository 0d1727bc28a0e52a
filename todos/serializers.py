"""The serializers of a todo, with its fields in requests and responses."""

import json
from typing import Any

from rest_framework import serializers

from todoproject.api.dates import format_datetime
from todoproject.api.exceptions import field_error
from todoproject.api.fields import RFC3339DateTimeField, StringField
from todoproject.api.serializers import StrictSerializer
from todoproject.api.suggestions import shorten_for_error
from todoproject.api.validators import validate_visible
from todos.models import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Todo,
    validate_description,
    validate_title,
)
from todos.representation import represent_todo
from todos.rows import DATE_TIMES

MAX_BULK_ITEMS = 100


class StatusField(serializers.ChoiceField):
    """`open` or `completed`. The error texts are those of the Flask API that this one replaces."""

    default_error_messages = {  # noqa: RUF012 - as in every field of DRF
        "invalid_choice": "Bad choice: {input} is not a valid choice. Valid choices are 'open' or 'completed'.",
        "null": "Bad choice: null is not a valid choice. Valid choices are 'open' or 'completed'.",
    }

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and data in self.choices:
            return data
        if isinstance(data, dict | list):
            data = "an object" if isinstance(data, dict) else "an array"
        self.fail("invalid_choice", input=shorten_for_error(data if isinstance(data, str) else json.dumps(data)))


class TodoSerializer(StrictSerializer):
    """A todo."""

    # All fields are declared: a ModelSerializer would derive them from the model in each request.
    id = serializers.IntegerField(read_only=True)
    title = StringField(
        max_length=TITLE_LENGTH,
        validators=[validate_title, validate_visible],
        help_text="1 to 128 characters, at least one of them visible, without control characters. "
        "White space around it is removed.",
    )
    description = StringField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=DESCRIPTION_LENGTH,
        validators=[validate_description],
        style={"base_template": "textarea.html"},
        help_text="At most 2,000 characters, stored exactly. The only control characters allowed are tab, LF and CR.",
    )
    status = StatusField(
        choices=Todo.Status.choices, required=False, initial=Todo.Status.OPEN, help_text="`open` by default."
    )
    due_at = RFC3339DateTimeField(
        required=False,
        allow_null=True,
        # A text input, because a browser's date-time input has no offset and drops microseconds.
        style={"input_type": "text", "placeholder": "2026-12-24T18:00:00Z"},
        help_text="A date-time with an offset, to the microsecond, or null.",
    )
    created_by = serializers.EmailField(source="owner.email", read_only=True, help_text="The owner's e-mail address.")

    # PUT and PATCH accept the read-only fields if they are unchanged. Another revision is a 412 before: see
    # todos/conditions.py.
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    completed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    revision = serializers.IntegerField(read_only=True)

    def to_representation(self, todo: Todo) -> dict[str, Any]:
        """Return the fields of a todo, or the tombstone of a deleted one."""
        fields = represent_todo(todo, todo.owner.email)
        return {name: format_datetime(value) if name in DATE_TIMES else value for name, value in fields.items()}


class StatusPatchSerializer(TodoSerializer):
    """Changes of a todo: at least one of its writable fields, such as the status."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            detail = "Send at least one field to change, such as a status of 'open' or 'completed'."
            raise field_error("status", detail, "required")
        return attrs
