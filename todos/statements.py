"""The statements with which a todo is read for a change, inserted and updated.

They are written by hand because the ORM would build the same SQL in each request, which takes ten times as long as
running it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.http import Http404

from accounts.exceptions import InvalidAccountOrToken
from accounts.models import User
from todos.models import Todo
from todos.rows import DATE_TIMES

COLUMNS = [field.attname for field in Todo._meta.concrete_fields]
READ_COLUMNS = [name for name in COLUMNS if name != "search_text"]  # Only the database uses that one.
INSERTED_COLUMNS = [name for name in COLUMNS if name != "id"]
INSERTED_NAMES = ", ".join(INSERTED_COLUMNS)
INSERTED_ROW = f"({', '.join(['%s'] * len(INSERTED_COLUMNS))})"


def get_todo_or_tombstone(owner: User, pk: str) -> Todo:
    """Return the owner's todo, or its tombstone if it has been deleted; raise Http404 if there is neither."""
    statement = f"SELECT {', '.join(READ_COLUMNS)} FROM todos_todo WHERE owner_id = %s AND id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [owner.pk, int(pk)])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    values = [set_utc(value) if name in DATE_TIMES else value for name, value in zip(READ_COLUMNS, row, strict=True)]
    todo = Todo.from_db(connection.alias, READ_COLUMNS, values)
    todo.owner = owner
    return todo


def set_utc(moment: datetime | None) -> datetime | None:
    """Return a date-time that was read with its time zone: on SQLite it has none."""
    return moment and moment.replace(tzinfo=UTC)


def get_live_todo(owner: User, pk: str) -> Todo:
    """Return the owner's todo; raise Http404 if it does not exist or has been deleted."""
    todo = get_todo_or_tombstone(owner, pk)
    if todo.deleted_at is not None:
        raise Http404
    return todo


def insert_todos(todos: list[Todo]) -> None:
    """Insert todos of one owner, in one statement, and set their ids."""
    values = ", ".join([INSERTED_ROW] * len(todos))
    statement = f"INSERT INTO todos_todo ({INSERTED_NAMES}) VALUES {values} RETURNING revision, id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for todo in todos for value in prepare_values(todo, INSERTED_COLUMNS)])
        ids = dict(cursor.fetchall())
    for todo in todos:
        todo.pk = ids[todo.revision]
        todo._state.adding = False


def raise_revision_and_insert(todos: list[Todo]) -> None:
    """Raise the owner's revision and insert todos in one statement of PostgreSQL, which is a transaction of its own.

    The todos have the revisions 1, 2, …, which are added to the owner's. Raises InvalidAccountOrToken without an owner.
    """
    statement = f"""
        WITH owner AS (
            UPDATE accounts_user SET revision = revision + %s WHERE id = %s RETURNING revision - %s AS before
        )
        INSERT INTO todos_todo ({INSERTED_NAMES})
        SELECT {", ".join(map(convert_column, INSERTED_COLUMNS))}
        FROM owner, (VALUES {", ".join([INSERTED_ROW] * len(todos))}) AS new ({INSERTED_NAMES})
        RETURNING revision, id
    """  # noqa: S608
    count = len(todos)
    parameters = [count, todos[0].owner_id, count]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters + [v for todo in todos for v in prepare_values(todo, INSERTED_COLUMNS)])
        ids = sorted(cursor.fetchall())
    if not ids:
        raise InvalidAccountOrToken
    for todo, (revision, pk) in zip(todos, ids, strict=True):
        todo.revision = todo.position = todo.status_position = revision
        todo.pk = pk
        todo._state.adding = False


def convert_column(name: str) -> str:
    """Return the expression of a column in `raise_revision_and_insert`: the values in VALUES have no types."""
    if name in ("revision", "position", "status_position"):
        return f"owner.before + new.{name}"
    return f"new.{name}::timestamptz" if name in DATE_TIMES else f"new.{name}"


def update_todos(todos: list[Todo], columns: Iterable[str]) -> None:
    """Save these columns of todos. Raises Todo.DoesNotExist if one is missing."""
    names = sorted(columns)
    assignments = ", ".join(f"{name} = %s" for name in names)
    statement = f"UPDATE todos_todo SET {assignments} WHERE owner_id = %s AND id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        rows = [[*prepare_values(todo, names), todo.owner_id, todo.pk] for todo in todos]
        if len(rows) == 1:  # One is usual, and psycopg would open a pipeline for several.
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)
        if cursor.rowcount != len(todos):
            raise Todo.DoesNotExist


def prepare_values(todo: Todo, names: Iterable[str]) -> list[Any]:
    """Return a todo's values of these columns as the database takes them: SQLite stores date-times as text."""
    adapt = connection.ops.adapt_datetimefield_value
    values = (getattr(todo, name) for name in names)
    return [adapt(value) if isinstance(value, datetime) else value for value in values]
