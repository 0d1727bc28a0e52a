"""Keyset pagination: the cost of reading a page does not depend on its position in the list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import F

from todos.models import Todo, TodoQuerySet

# The orderings whose column has another name.
SORT_COLUMNS = {"title": "title_key"}


@dataclass(frozen=True)
class Ordering:
    """The order of a list: by a field, if there is one, then by a unique column that breaks ties.

    Null values come last in both directions.
    """

    field: str | None
    descending: bool
    tie_breaker: str

    @classmethod
    def by_name(cls, name: str, *, filtered_by_status: bool) -> Self:
        """Return the order that the parameter `ordering` names, such as -due_at.

        Ties are broken in the order of the ids, by the column that has an index for such a list.
        """
        name, is_descending = name.removeprefix("-"), name.startswith("-")
        field = SORT_COLUMNS.get(name, name)
        tie_breaker = "status_position" if filtered_by_status else "position"
        return cls(None if field == "id" else field, is_descending, tie_breaker)

    @classmethod
    def by_revision(cls) -> Self:
        """Return the order of changes."""
        return cls(None, descending=False, tie_breaker="revision")

    @property
    def is_nullable(self) -> bool:
        return self.field is not None and Todo._meta.get_field(self.field).null

    def order_queryset(self, queryset: TodoQuerySet) -> TodoQuerySet:
        """Return the queryset in this order, for a list that is read whole."""
        unique_column = "revision" if self.tie_breaker == "revision" else "id"  # Positions sort like ids.
        tie_breaker = f"-{unique_column}" if self.descending else unique_column
        if self.field is None:
            return queryset.order_by(tie_breaker)
        direction = F(self.field).desc if self.descending else F(self.field).asc
        return queryset.order_by(direction(nulls_last=self.is_nullable or None), tie_breaker)


@dataclass(frozen=True)
class Cursor:
    """The row next to a page, and the direction in which the page is read from it.

    `key` and `position` are the row's values of the ordering's field and tie-breaker; without a position the page is at
    the end of the list. `revision` and `purged` (purged_revision) are the user's when the first page was read.

    Clients hold cursors with these fields across upgrades: renaming a field makes them invalid.
    """

    position: int | None
    key: Any
    backward: bool
    revision: int
    purged: int

    @classmethod
    def for_todo(cls, todo: Any, ordering: Ordering, *, backward: bool, revision: int, purged: int) -> Self:
        key = getattr(todo, ordering.field) if ordering.field else None
        key = key.isoformat() if isinstance(key, datetime) else key
        return cls(getattr(todo, ordering.tie_breaker), key, backward, revision, purged)


def build_range_queries(queryset: TodoQuerySet, ordering: Ordering, cursor: Cursor | None) -> list[TodoQuerySet]:
    """Return queries for the rows after a cursor, in reading order. Each reads one range of one index.

    They are for the rows with the same key, those with a key beyond it, and those without a key. A single query that
    combines the three with OR would make the database scan all rows before the page.
    """
    backward = cursor is not None and cursor.backward
    if cursor and cursor.position is None:
        cursor = None
    sign, beyond = ("-", "lt") if ordering.descending != backward else ("", "gt")
    if ordering.field is None:
        rows = queryset.order_by(f"{sign}{ordering.tie_breaker}")
        return [rows.filter(**{f"{ordering.tie_breaker}__{beyond}": cursor.position}) if cursor else rows]
    rows = queryset.order_by(f"{sign}{ordering.field}", f"{sign}{ordering.tie_breaker}")
    with_key = rows.filter(**{f"{ordering.field}__isnull": False}) if ordering.is_nullable else rows
    without_key = [rows.filter(**{ordering.field: None})] if ordering.is_nullable else []
    if cursor is None:
        return [*without_key, with_key] if backward else [with_key, *without_key]
    if cursor.key is None:
        after_cursor = [part.filter(**{f"{ordering.tie_breaker}__{beyond}": cursor.position}) for part in without_key]
        return [*after_cursor, with_key] if backward else after_cursor
    same_key = rows.filter(**{ordering.field: cursor.key, f"{ordering.tie_breaker}__{beyond}": cursor.position})
    beyond_key = rows.filter(**{f"{ordering.field}__{beyond}": cursor.key})
    return [same_key, beyond_key] if backward else [same_key, beyond_key, *without_key]


def read_ranges(queries: list[TodoQuerySet], count: int, read: Callable[[TodoQuerySet], list[Any]]) -> list[Any]:
    """Return the first `count` todos of the queries, running only as many queries as needed."""
    todos: list[Any] = []
    for query in queries:
        if len(todos) < count:
            todos += read(query[: count - len(todos)])
    return todos
