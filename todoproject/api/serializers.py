"""Serializers that refuse what they would not use, and the fields they are made of."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todoproject.api.parsers import FormData
from todoproject.api.suggestions import MAX_ERRORS, printable, unknown_name_message

CSRF_FIELD = "csrfmiddlewaretoken"


class StrictSerializer(serializers.Serializer):
    """Every field of the body is used or refused.

    An unknown field is refused with the nearest known name. So is a read-only one, except where the
    object exists and the body says what is so already: a client may send back what it got.
    """

    def to_internal_value(self, data: Any) -> Any:
        errors = self.refused(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**errors, **error.detail}) from None  # type: ignore[dict-item]
        if errors:
            raise ValidationError(errors)
        return values

    def refused(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        fields = self.fields
        writable = [name for name, field in fields.items() if not field.read_only]
        errors: dict[str, list[ErrorDetail]] = {}
        for name in data:
            if len(errors) == MAX_ERRORS:
                break
            if name in writable or (name == CSRF_FIELD and isinstance(data, FormData)):
                continue
            if name not in fields:
                errors[printable(name)] = [ErrorDetail(unknown_name_message("field", name, writable), code="unknown")]
            elif not self.is_so_already(name, data[name]):
                errors[name] = [ErrorDetail("This field is read-only.", code="read_only")]
        return errors

    def is_so_already(self, name: str, value: Any) -> bool:
        if self.instance is None:
            return False
        current = self.to_representation(self.instance)[name]
        return type(value) is type(current) and value == current


class EmptySerializer(StrictSerializer):
    """The body of a call that takes none."""
