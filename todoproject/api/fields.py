"""Serializer fields that accept only values of their own JSON type."""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from todoproject.api.dates import parse_datetime
from todoproject.api.parsers import FormData


class StringField(serializers.CharField):
    """A string field that refuses numbers; DRF's would convert them."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class RFC3339DateTimeField(serializers.DateTimeField):
    """An RFC 3339 date-time, converted to UTC. In a form, an empty text is null and the offset may be omitted (UTC)."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        return None if value == "" and isinstance(dictionary, FormData) else value

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError("Send a date-time string such as 2026-12-24T18:00:00Z, or null.", code="invalid")
        in_form = isinstance(getattr(self.root, "initial_data", None), FormData)
        try:
            return parse_datetime(value, default_offset="Z" if in_form else "")
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
