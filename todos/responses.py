"""Builds the response with a todo, and sets the headers that contain a revision."""

from rest_framework.request import Request
from rest_framework.response import Response

from todos.conditions import set_etag, todo_etag
from todos.models import Todo
from todos.serializers import TodoSerializer


def todo_response(request: Request, todo: Todo, revision: int | None = None, *, status: int = 200) -> Response:
    """Return the response with a todo and its `ETag` or, for a deleted todo, with its tombstone and no `ETag`.

    `revision` is the user's revision after a write, for `X-Revision`.
    """
    response = Response(TodoSerializer(todo).data, status=status)
    if todo.deleted_at is None:
        set_etag(request, response, todo_etag(todo))
    return response if revision is None else set_revision_header(response, revision)


def set_revision_header(response: Response, revision: int) -> Response:
    """Set `X-Revision`: the user's revision after a write, or the value of `sync.next_since` for a list."""
    response["X-Revision"] = str(revision)
    return response
