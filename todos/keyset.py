"""Keyset pagination: a page of todos is read from its first row on, and costs the same wherever it lies in the list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import F

from todos.models import Todo, TodoQuerySet


@dataclass(frozen=True)
class Ordering:
    """The order of a list: by a field, then by a column that breaks ties. Null values come last in both directions."""

    field: str
    descending: bool
    tie: str

    @classmethod
    def by_name(cls, name: str, *, filtered_by_status: bool) -> Self:
        """Return the order that the parameter `ordering` names, such as -due_at; ties are broken by id."""
        tie = "status_position" if filtered_by_status else "position"
        return cls(name.removeprefix("-"), name.startswith("-"), tie)

    @classmethod
    def by_revision(cls) -> Self:
        """Return the order in which changes are read."""
        return cls("id", descending=False, tie="revision")

    @property
    def nullable(self) -> bool:
        return Todo._meta.get_field(self.field).null

    def sort(self, queryset: TodoQuerySet) -> TodoQuerySet:
        """Sort a list that is read whole."""
        if self.tie == "revision":
            return queryset.order_by("revision")
        field = F(self.field)
        if self.descending:
            return queryset.order_by(field.desc(nulls_last=self.nullable or None), "-id")
        return queryset.order_by(field.asc(nulls_last=self.nullable or None), "id")


@dataclass(frozen=True)
class Cursor:
    """The row that a page is next to, and the direction in which the page is read from there.

    `position` and `key` are the row's sort key; without a position the page is at the end of the list. `revision` and
    `purged_revision` are the user's, as the first page was read.
    """

    position: int | None
    key: Any
    backward: bool
    revision: int
    purged_revision: int

    @classmethod
    def at(cls, todo: Todo, ordering: Ordering, *, backward: bool, revision: int, purged_revision: int) -> Self:
        key, position = getattr(todo, ordering.field), getattr(todo, ordering.tie)
        key = key.isoformat() if isinstance(key, datetime) else key
        return cls(position, key, backward, revision, purged_revision)


def range_queries(queryset: TodoQuerySet, ordering: Ordering, cursor: Cursor | None) -> list[TodoQuerySet]:
    """Return the rest of the list behind a cursor as queries in reading order, each a range of one index.

    These are the rows with the same key, those with a key beyond it, and those without a key. One query with an OR of
    the three would make the database read and drop all rows before the page.
    """
    backward = cursor is not None and cursor.backward
    if cursor and cursor.position is None:
        cursor = None
    sign, beyond = ("-", "lt") if ordering.descending != backward else ("", "gt")
    if ordering.field == "id":
        rows = queryset.order_by(f"{sign}{ordering.tie}")
        return [rows.filter(**{f"{ordering.tie}__{beyond}": cursor.position}) if cursor else rows]
    rows = queryset.order_by(f"{sign}{ordering.field}", f"{sign}{ordering.tie}")
    with_key = rows.filter(**{f"{ordering.field}__isnull": False}) if ordering.nullable else rows
    without_key = [rows.filter(**{ordering.field: None})] if ordering.nullable else []
    if cursor is None:
        return [*without_key, with_key] if backward else [with_key, *without_key]
    if cursor.key is None:
        rest = [part.filter(**{f"{ordering.tie}__{beyond}": cursor.position}) for part in without_key]
        return [*rest, with_key] if backward else rest
    same_key = rows.filter(**{ordering.field: cursor.key, f"{ordering.tie}__{beyond}": cursor.position})
    beyond_key = rows.filter(**{f"{ordering.field}__{beyond}": cursor.key})
    return [same_key, beyond_key] if backward else [same_key, beyond_key, *without_key]


def read_rows(queries: list[TodoQuerySet], count: int) -> list[Todo]:
    """Return the first rows of the queries; run no more of them than are needed for that many."""
    rows: list[Todo] = []
    for query in queries:
        if len(rows) < count:
            rows += query[: count - len(rows)]
    return rows
