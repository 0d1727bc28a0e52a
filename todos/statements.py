"""The statements with which a todo is read for a change, inserted and updated.

They are written by hand because the ORM would build the same SQL in each request, which takes ten times as long as
running it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import Http404

from accounts.models import User
from todos.models import Todo

COLUMNS = [field.attname for field in Todo._meta.concrete_fields]
READ_COLUMNS = ", ".join(name for name in COLUMNS if name != "search_text")  # Only the database uses that one.
INSERTED_COLUMNS = [name for name in COLUMNS if name != "id"]


def get_todo_or_tombstone(owner: User, pk: str) -> Todo:
    """Return the owner's todo, or its tombstone if it has been deleted; raise Http404 if there is neither."""
    statement = f"SELECT {READ_COLUMNS} FROM todos_todo WHERE owner_id = %s AND id = %s"  # noqa: S608
    for todo in Todo.objects.raw(statement, [owner.pk, int(pk)]):
        todo.owner = owner
        return todo
    raise Http404


def get_live_todo(owner: User, pk: str) -> Todo:
    """Return the owner's todo; raise Http404 if there is none, or if it has been deleted."""
    todo = get_todo_or_tombstone(owner, pk)
    if todo.deleted_at is not None:
        raise Http404
    return todo


def insert_todos(todos: list[Todo]) -> None:
    """Insert todos of one owner, in one statement, and set their ids."""
    columns = ", ".join(INSERTED_COLUMNS)
    row = f"({', '.join(['%s'] * len(INSERTED_COLUMNS))})"
    values = ", ".join([row] * len(todos))
    statement = f"INSERT INTO todos_todo ({columns}) VALUES {values} RETURNING revision, id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for todo in todos for value in prepare_values(todo, INSERTED_COLUMNS)])
        ids = dict(cursor.fetchall())
    for todo in todos:
        todo.pk = ids[todo.revision]
        todo._state.adding = False


def update_todos(todos: list[Todo], columns: Iterable[str]) -> None:
    """Save these columns of todos. Raises Todo.DoesNotExist if one is missing."""
    names = sorted(columns)
    assignments = ", ".join(f"{name} = %s" for name in names)
    statement = f"UPDATE todos_todo SET {assignments} WHERE owner_id = %s AND id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[*prepare_values(todo, names), todo.owner_id, todo.pk] for todo in todos])
        if cursor.rowcount != len(todos):
            raise Todo.DoesNotExist


def prepare_values(todo: Todo, names: Iterable[str]) -> list[Any]:
    """Return a todo's values of these columns as the database takes them: SQLite stores date-times as text."""
    adapt = connection.ops.adapt_datetimefield_value
    values = (getattr(todo, name) for name in names)
    return [adapt(value) if isinstance(value, datetime) else value for value in values]
