"""The fields of a todo in responses."""

from typing import Any

from todos.models import Todo
from todos.rows import TodoRow


def represent_todo(todo: Todo | TodoRow, owner_email: str) -> dict[str, Any]:
    """Return a todo as it appears in responses, or the tombstone of a deleted one.

    Date-times may still be `datetime` objects, which JSONRenderer formats. The dict is written by hand because DRF's
    loop over the fields of a serializer takes most of the time of a long list.
    """
    if todo.deleted_at is not None:
        return {"id": todo.id, "revision": todo.revision, "deleted": True}
    return {
        "id": todo.id,
        "title": todo.title,
        "description": todo.description,
        "status": todo.status,
        "due_at": todo.due_at,
        "created_by": owner_email,
        "created_at": todo.created_at,
        "updated_at": todo.updated_at,
        "completed_at": todo.completed_at,
        "revision": todo.revision,
    }
