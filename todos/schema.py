"""The OpenAPI description of the calls on todos: summaries, parameters, headers, bodies and errors.

Those on several todos are in `todos/schema_bulk.py`. All are loaded when the document is generated, so that other
requests do not wait for them.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)

from todoproject.api.openapi import describe_view
from todos import schema_descriptions as descriptions
from todos.conditions import not_applicable_error
from todos.idempotency import IdempotencyKeyReused
from todos.schema_bulk import BULK_ERRORS, BULK_OPERATIONS
from todos.schema_components import DELETED, TODOS, json_body, reference
from todos.schema_examples import (
    COMPLETE,
    COMPLETED_EXAMPLE,
    NEW,
    TODO_EXAMPLE,
    TOMBSTONE_EXAMPLE,
    request_example,
    response_example,
)
from todos.schema_parameters import (
    IF_MATCH,
    IF_NONE_MATCH,
    KEY,
    LINK,
    LOCATION,
    PK,
    QUERY,
    REPLAYED,
    UNLESS,
    etag_header,
    revision_header,
)
from todos.serializers import TodoSerializer
from todos.sync import SyncTokenExpired

NOT_MODIFIED = OpenApiResponse(description="Not modified: you have the current version.")
STALE = OpenApiResponse(
    TodoSerializer,
    description="The todo has changed. The body is the current todo.",
    examples=[OpenApiExample("Todo", TODO_EXAMPLE)],
)

OPERATIONS = {
    "list": extend_schema(
        operation_id="list_todos",
        summary="List todos, or what changed",
        description=descriptions.LIST,
        filters=False,
        parameters=[
            *QUERY,
            IF_NONE_MATCH,
            LINK,
            etag_header(200, 304, description="Changes with your todos, the query and the format."),
            revision_header(200, 304, description="The revision to send as `since` next time."),
        ],
        responses={
            (200, "application/json"): reference("TodoOrTombstone"),  # drf-spectacular makes it an array.
            (200, "text/csv"): str,
            304: NOT_MODIFIED,
        },
        examples=[
            response_example("Todos", TODO_EXAMPLE, 200),  # drf-spectacular puts each into an array.
            response_example("Changes", TOMBSTONE_EXAMPLE, 200),
        ],
    ),
    "create": extend_schema(
        operation_id="create_todo",
        summary="Create a todo, or several",
        description=descriptions.CREATE,
        parameters=[
            KEY,
            LOCATION,
            REPLAYED,
            UNLESS,
            etag_header(200, 201, description="The todo's revision. Absent for an array and for a deleted todo."),
            revision_header(200, 201),
        ],
        request=json_body({"oneOf": [reference("NewTodo"), reference("NewTodos")]}),
        responses={
            200: OpenApiResponse(
                reference("TodoOrTombstone"),
                description="An earlier request with this key created the todo. It is returned as it is now.",
            ),
            201: OpenApiResponse({"anyOf": [reference("Todo"), TODOS]}, description="Created."),
        },
        examples=[
            request_example("One", NEW),
            request_example("Several", [NEW, {"title": "Buy bread"}]),
            response_example("Todo", TODO_EXAMPLE, 201),
            response_example("Todos", [TODO_EXAMPLE], 201),
            response_example("Replayed", TODO_EXAMPLE, 200),
            response_example("Deleted", TOMBSTONE_EXAMPLE, 200),
        ],
    ),
    "retrieve": extend_schema(
        operation_id="read_todo",
        summary="Read a todo",
        description=descriptions.READ,
        parameters=[PK, IF_MATCH, IF_NONE_MATCH, etag_header(200, 304, 412)],
        responses={200: TodoSerializer, 304: NOT_MODIFIED, 412: STALE},
    ),
    "update": extend_schema(
        operation_id="replace_todo",
        summary="Replace a todo",
        description=descriptions.REPLACE,
        parameters=[PK, IF_MATCH, UNLESS, etag_header(200, 412), revision_header(200)],
        request=json_body(reference("TodoReplacement")),
        responses={200: TodoSerializer, 412: STALE},
        examples=[request_example("Replacement", NEW | {"revision": 12})],
    ),
    "partial_update": extend_schema(
        operation_id="change_todo",
        summary="Change, complete or reopen a todo",
        description=descriptions.CHANGE,
        parameters=[PK, IF_MATCH, UNLESS, etag_header(202, 412), revision_header(202)],
        request=json_body(reference("TodoPatch")),
        responses={202: TodoSerializer, 412: STALE},
        examples=[request_example("Complete", COMPLETE), response_example("Completed", COMPLETED_EXAMPLE, 202)],
    ),
    "destroy": extend_schema(
        operation_id="delete_todo",
        summary="Delete a todo",
        description=descriptions.DELETE,
        parameters=[PK, IF_MATCH, UNLESS, etag_header(412), revision_header(204)],
        request=None,
        responses={204: DELETED, 412: STALE},
    ),
    "restore": extend_schema(
        operation_id="restore_todo",
        summary="Restore a deleted todo",
        description=descriptions.RESTORE,
        request=None,
        parameters=[PK, etag_header(200), revision_header(200)],
        responses=TodoSerializer,
    ),
    **BULK_OPERATIONS,
}

NOT_APPLICABLE = not_applicable_error("If-Match")

# The errors of each action, besides those of all views.
ERRORS = {
    "list": [SyncTokenExpired(), NOT_APPLICABLE],
    "create": [IdempotencyKeyReused(), NOT_APPLICABLE],
    "restore": [NOT_APPLICABLE],
    **BULK_ERRORS,
}


class TodoViewSetExtension(OpenApiViewExtension):
    """Adds the descriptions above to the viewset. Defining the class registers it."""

    target_class = "todos.views.TodoViewSet"

    def view_replacement(self) -> Any:
        return describe_view(self.target_class, OPERATIONS, ERRORS)


extend_schema_serializer(examples=[OpenApiExample("Todo", TODO_EXAMPLE, response_only=True)])(TodoSerializer)
