"""A serializer that refuses unknown and read-only fields."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todoproject.api.parsers import FormData
from todoproject.api.suggestions import MAX_ERRORS, shorten_for_error, unknown_name_message

CSRF_FIELD = "csrfmiddlewaretoken"


# Each field of a body is used or refused. The error about an unknown field suggests the nearest known one. A read-only
# field is refused too, except with the current value of an existing object, so that a client can send back an object
# that it has read.
# This is not a docstring because drf-spectacular would publish that as the description of every subclass.
class StrictSerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        # DRF makes deep copies of the declared fields in each request, which takes longer than the validation. Shallow
        # ones are enough, because their lists and dicts never change.
        return {name: copy(field) for name, field in get_declared_fields(type(self)).items()}

    def to_internal_value(self, data: Any) -> Any:
        errors = self.unused_field_errors(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**errors, **error.detail}) from None  # type: ignore[dict-item]
        if errors:
            raise ValidationError(errors)
        return values

    def unused_field_errors(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        """Return the errors about fields that are unknown or read-only, by name; at most MAX_ERRORS."""
        fields = self.fields
        writable = [name for name, field in fields.items() if not field.read_only]
        errors: dict[str, list[ErrorDetail]] = {}
        for name in data:
            if len(errors) == MAX_ERRORS:
                break
            if name in writable or (name == CSRF_FIELD and isinstance(data, FormData)):
                continue
            if name not in fields:
                detail = unknown_name_message("field", name, writable)
                errors[shorten_for_error(name)] = [ErrorDetail(detail, code="unknown")]
            elif not self.is_unchanged(name, data[name]):
                errors[name] = [ErrorDetail("This field is read-only.", code="read_only")]
        return errors

    def is_unchanged(self, name: str, value: Any) -> bool:
        if self.instance is None:
            return False
        current = self.to_representation(self.instance)[name]
        return type(value) is type(current) and value == current


@cache
def get_declared_fields(serializer_class: type[StrictSerializer]) -> dict[str, serializers.Field]:
    """Return the fields of a serializer class, which are not used themselves, but only copied."""
    return super(StrictSerializer, serializer_class()).get_fields()


class EmptySerializer(StrictSerializer):
    """A request without a body."""
