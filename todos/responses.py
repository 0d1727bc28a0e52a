"""Builds the responses with todos, and sets the headers that contain a revision."""

from collections.abc import Sequence
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import logged_in_user
from todos.conditions import set_etag, todo_etag
from todos.models import Todo
from todos.representation import represent_todo
from todos.rows import TodoRow
from todos.serializers import TodoSerializer


def todo_response(
    request: Request, todo: Todo | TodoRow, revision: int | None = None, *, status_code: int = 200
) -> Response:
    """Return the response with a todo and its `ETag` or, for a deleted todo, with its tombstone and no `ETag`.

    `revision` is the user's revision after a write, for `X-Revision`.
    """
    if is_json(request):
        response = Response(represent_todo(todo, logged_in_user(request).email), status=status_code)
    else:  # The browsable API needs the serializer for its forms.
        response = Response(TodoSerializer(todo).data, status=status_code)
    if todo.deleted_at is None:
        set_etag(request, response, todo_etag(todo))
    return response if revision is None else set_revision_header(response, revision)


def represent_todos(request: Request, todos: Sequence[Todo | TodoRow]) -> Any:
    """Return the user's todos in the form that the renderer of the response needs."""
    if is_json(request):
        email = logged_in_user(request).email
        return [represent_todo(todo, email) for todo in todos]
    return TodoSerializer(todos, many=True).data


def is_json(request: Request) -> bool:
    """Return whether the response is JSON, for which todos are read as rows."""
    return bool(request.accepted_renderer.format == "json")


def set_revision_header(response: Response, revision: int) -> Response:
    """Set `X-Revision`: the user's revision after a write, or the value of `sync.next_since` for a list."""
    response["X-Revision"] = str(revision)
    return response


def not_modified_response(request: Request, etag: str) -> Response:
    response = Response(status=status.HTTP_304_NOT_MODIFIED)
    set_etag(request, response, etag)
    return response


def list_not_modified(request: Request, etag: str) -> Response:
    """Return the 304 of a list. For a page it has no X-Revision, which is known only once the page is read."""
    response = not_modified_response(request, etag)
    if request.query_params.get("limit"):
        return response
    return set_revision_header(response, logged_in_user(request).revision)
