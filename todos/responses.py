"""Responses with a todo, and the headers that go with it."""

from rest_framework.request import Request
from rest_framework.response import Response

from todos.conditions import set_tag, todo_tag
from todos.models import Todo
from todos.serializers import TodoSerializer


def todo_response(request: Request, todo: Todo, revision: int | None = None, *, status: int = 200) -> Response:
    """Return the todo with its `ETag`, or its tombstone; after a write also the user's revision as `X-Revision`."""
    response = Response(TodoSerializer(todo).data, status=status)
    if todo.deleted_at is None:
        set_tag(request, response, todo_tag(todo))
    return response if revision is None else set_revision_header(response, revision)


def set_revision_header(response: Response, revision: int) -> Response:
    """Set `X-Revision`: of a write, the user's revision after it; of a list, what to pass as `since` next time."""
    response["X-Revision"] = str(revision)
    return response
