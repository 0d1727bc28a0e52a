"""What a list of todos can be narrowed to."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from todoproject.api.dates import parse_datetime
from todos.models import SEPARATOR, Todo, TodoQuerySet

SEARCH_LENGTH = 200
ORDERINGS = ("id", "updated_at", "due_at", "title")


class RFC3339DateTimeFormField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return parse_datetime(text) if text else None
        except ValueError as error:
            # As a parameter, for the text may contain a %, which the message would be formatted by.
            raise ValidationError("%(reason)s", code="invalid", params={"reason": error}) from None


@extend_schema_field(OpenApiTypes.DATETIME)
class DateTimeBoundFilter(django_filters.Filter):
    """A date-time with its offset; the bound belongs to the range."""

    field_class = RFC3339DateTimeFormField

    def __init__(self, field_name: str, lookup_expr: str) -> None:
        side = "after" if lookup_expr == "gte" else "before"
        super().__init__(field_name, lookup_expr, label=f"{field_name}, {side} or at this date-time")


def since(field_name: str) -> DateTimeBoundFilter:
    return DateTimeBoundFilter(field_name, "gte")


def until(field_name: str) -> DateTimeBoundFilter:
    return DateTimeBoundFilter(field_name, "lte")


class SearchFormField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=SEARCH_LENGTH, strip=False, **kwargs)


@extend_schema_field({"type": "string", "maxLength": SEARCH_LENGTH})
class SearchFilter(django_filters.Filter):
    """A part of the title or the description, as it is written but for upper and lower case."""

    field_class = SearchFormField

    def filter(self, queryset: TodoQuerySet, value: str) -> TodoQuerySet:
        if SEPARATOR in value:
            return queryset.none()
        return queryset.filter(search_text__contains=value.casefold()) if value else queryset


class TodoFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Todo.Status.choices, label="Status")
    search = SearchFilter(label=f"Part of the title or the description, at most {SEARCH_LENGTH} characters")
    created_after, created_before = since("created_at"), until("created_at")
    updated_after, updated_before = since("updated_at"), until("updated_at")
    completed_after, completed_before = since("completed_at"), until("completed_at")
    due_after, due_before = since("due_at"), until("due_at")
    ordering = django_filters.ChoiceFilter(
        choices=[(sign + name, sign + name) for name in ORDERINGS for sign in ("", "-")],
        method="in_order",
        label="Order; - reverses, ties are by id in the same direction, and todos without the date come last",
    )

    class Meta:
        model = Todo
        fields = ()

    def in_order(self, queryset: TodoQuerySet, name: str, value: str) -> TodoQuerySet:
        """The pagination orders, as a page is cut along the order."""
        return queryset
