"""Reads todos as rows instead of model instances, for responses in JSON.

Building an instance takes longer than everything else that a row needs. The statements of the most frequent calls (a
list without filters, a page of it, one todo) are written by hand: the ORM would build the same SQL in each request.
Everything else is read by the ORM's querysets, see `read_queryset`.
"""

from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Func, QuerySet, TextField
from django.http import Http404

from accounts.models import User
from todoproject.api.integers import MAX_INTEGER
from todos.keyset import Cursor
from todos.models import Todo


class TodoRow(NamedTuple):
    """The columns of a todo that responses and cursors need, in the order in which they are read.

    The database formats the date-times: reading them as objects only to format them again would take longer.
    """

    id: int
    title: str
    description: str
    status: str
    due_at: str | None
    created_at: str
    updated_at: str
    completed_at: str | None
    deleted_at: str | None
    revision: int
    position: int
    status_position: int
    title_key: str


DATE_TIMES = {name for name in TodoRow._fields if name.endswith("_at")}


# Expressions that format a date-time column as RFC 3339 text. Django stores 2026-12-24 18:00:00 in SQLite, in UTC.
DATE_FORMATS = {
    "sqlite": "replace({}, ' ', 'T') || 'Z'",
    "postgresql": """replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')""",
}


class FormattedDateTime(Func):
    """A date-time column as RFC 3339 text, in a queryset."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        template = DATE_FORMATS[connection.vendor].format("%(expressions)s")
        return super().as_sql(compiler, connection, template=template)


def read_list(owner: User, count: int, cursor: Cursor | None = None) -> list[TodoRow]:
    """Return the owner's first todos in the order of their ids, or those next to a cursor, in reading order."""
    if cursor is None or not cursor.backward:
        return select("position > %s ORDER BY position LIMIT %s", owner, cursor.position if cursor else 0, count)
    before = MAX_INTEGER if cursor.position is None else cursor.position
    return select("position < %s ORDER BY position DESC LIMIT %s", owner, before, count)


def get_todo(owner: User, pk: str) -> TodoRow:
    """Return one of the owner's todos; raise Http404 if it does not exist."""
    for row in select("id = %s", owner, int(pk)):
        return row
    raise Http404


def select(condition: str, owner: User, *parameters: Any) -> list[TodoRow]:
    """Return the owner's live todos that meet a condition in SQL."""
    columns = list_columns(connection.vendor)
    statement = f"SELECT {columns} FROM todos_todo WHERE owner_id = %s AND deleted_at IS NULL AND {condition}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [owner.pk, *parameters])
        return [TodoRow._make(row) for row in cursor.fetchall()]


@cache
def list_columns(vendor: str) -> str:
    """Return the expressions of the columns of a row on this kind of database."""
    date_format = DATE_FORMATS[vendor]
    return ", ".join(date_format.format(name) if name in DATE_TIMES else name for name in TodoRow._fields)


def read_queryset(queryset: "QuerySet[Todo]") -> list[TodoRow]:
    """Return the todos of a queryset as rows."""
    columns = (FormattedDateTime(name) if name in DATE_TIMES else name for name in TodoRow._fields)
    return [TodoRow._make(row) for row in queryset.values_list(*columns)]
