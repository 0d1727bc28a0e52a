"""The filters of a list of todos, in its query parameters."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from todoproject.api.dates import parse_datetime
from todos.models import Todo, TodoQuerySet
from todos.text_keys import SEARCH_SEPARATOR, fold

SEARCH_LENGTH = 200
ORDERINGS = ("id", "updated_at", "due_at", "title")


class RFC3339DateTimeFormField(forms.CharField):
    """A query parameter with an RFC 3339 date-time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return parse_datetime(text) if text else None
        except ValueError as error:
            # The reason is a parameter because it may contain a %, which Django would take for a placeholder.
            raise ValidationError("%(reason)s", code="invalid", params={"reason": error}) from None


class DateTimeBoundFilter(django_filters.Filter):
    """Filters by an inclusive lower or upper bound of a date-time."""

    field_class = RFC3339DateTimeFormField

    def __init__(self, field_name: str, lookup_expr: str) -> None:
        side = "after" if lookup_expr == "gte" else "before"
        super().__init__(field_name, lookup_expr, label=f"`{field_name}` at or {side} this date-time")


def lower_bound(field_name: str) -> DateTimeBoundFilter:
    return DateTimeBoundFilter(field_name, "gte")


def upper_bound(field_name: str) -> DateTimeBoundFilter:
    return DateTimeBoundFilter(field_name, "lte")


class SearchFormField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=SEARCH_LENGTH, strip=False, **kwargs)


class SearchFilter(django_filters.Filter):
    """Filters by a text in the title or the description, ignoring case."""

    field_class = SearchFormField

    def filter(self, queryset: TodoQuerySet, value: str) -> TodoQuerySet:
        if SEARCH_SEPARATOR in value:
            return queryset.none()
        return queryset.filter(search_text__contains=fold(value)) if value else queryset


class TodoFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Todo.Status.choices, label="Status")
    search = SearchFilter(
        label=f"A text in the title or the description, ignoring case; at most {SEARCH_LENGTH} characters"
    )
    created_after, created_before = lower_bound("created_at"), upper_bound("created_at")
    updated_after, updated_before = lower_bound("updated_at"), upper_bound("updated_at")
    completed_after, completed_before = lower_bound("completed_at"), upper_bound("completed_at")
    due_after, due_before = lower_bound("due_at"), upper_bound("due_at")
    ordering = django_filters.ChoiceFilter(
        choices=[(sign + name, sign + name) for name in ORDERINGS for sign in ("", "-")],
        method="ignore_ordering",
        label="The order; `-` reverses it. Ties are broken by id in the same direction. "
        "Todos without a due date come last in both directions of `due_at`",
    )

    class Meta:
        model = Todo
        fields = ()

    def ignore_ordering(self, queryset: TodoQuerySet, name: str, value: str) -> TodoQuerySet:
        """Return the queryset unsorted, because the pagination sorts it."""
        return queryset
