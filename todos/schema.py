"""The OpenAPI description of the calls on todos: summaries, parameters, headers, bodies, errors and examples.

It is loaded when the document is generated, so that other requests do not wait for it.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework.exceptions import MethodNotAllowed

from todoproject.api.openapi import describe_view
from todos.conditions import StaleItemsError, not_applicable_error, stale_item_error
from todos.idempotency import IdempotencyKeyReused
from todos.schema_components import TODO_EXAMPLE, reference
from todos.schema_parameters import (
    CLEAR_STATUS,
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

TODOS = {"type": "array", "items": reference("Todo")}
NOT_MODIFIED = OpenApiResponse(description="Not modified: you have the current version.")
STALE = OpenApiResponse(
    TodoSerializer,
    description="The todo has changed. The body is the current todo.",
    examples=[OpenApiExample("Todo", TODO_EXAMPLE)],
)
DELETED = OpenApiResponse(description="Deleted.")
NEW = {"title": "Buy milk", "due_at": "2026-12-24T19:00:00+01:00"}
COMPLETE = {"status": "completed", "revision": 12}
COMPLETE_7 = {"id": 7, "status": "completed"}
TOMBSTONE_EXAMPLE = {"id": 8, "revision": 14, "deleted": True}
COMPLETED_EXAMPLE = TODO_EXAMPLE | {"status": "completed", "completed_at": "2026-11-23T08:00:00Z", "revision": 13}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": schema}


def request_example(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def response_example(name: str, value: Any, status: int) -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)], media_type="application/json")


OPERATIONS = {
    "list": extend_schema(
        operation_id="list_todos",
        summary="List todos, or what changed",
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
        parameters=[PK, IF_MATCH, IF_NONE_MATCH, etag_header(200, 304, 412)],
        responses={200: TodoSerializer, 304: NOT_MODIFIED, 412: STALE},
    ),
    "update": extend_schema(
        operation_id="replace_todo",
        summary="Replace a todo",
        parameters=[PK, IF_MATCH, UNLESS, etag_header(200, 412), revision_header(200)],
        request=json_body(reference("TodoReplacement")),
        responses={200: TodoSerializer, 412: STALE},
        examples=[request_example("Replacement", NEW | {"revision": 12})],
    ),
    "partial_update": extend_schema(
        operation_id="change_todo",
        summary="Change, complete or reopen a todo",
        parameters=[PK, IF_MATCH, UNLESS, etag_header(202, 412), revision_header(202)],
        request=json_body(reference("TodoPatch")),
        responses={202: TodoSerializer, 412: STALE},
        examples=[request_example("Complete", COMPLETE), response_example("Completed", COMPLETED_EXAMPLE, 202)],
    ),
    "destroy": extend_schema(
        operation_id="delete_todo",
        summary="Delete a todo",
        parameters=[PK, IF_MATCH, UNLESS, etag_header(412), revision_header(204)],
        request=None,
        responses={204: DELETED, 412: STALE},
    ),
    "restore": extend_schema(
        operation_id="restore_todo",
        summary="Restore a deleted todo",
        request=None,
        parameters=[PK, etag_header(200), revision_header(200)],
        responses=TodoSerializer,
    ),
    "partial_update_many": extend_schema(
        operation_id="change_todos",
        summary="Change several todos",
        request=json_body(reference("TodoChanges")),
        filters=False,
        parameters=[revision_header(202)],
        responses={202: OpenApiResponse(TODOS, description="Changed, in the order of the request.")},
        examples=[
            request_example(
                "Changes", [{"id": 7, "status": "completed"}, {"id": 8, "title": "Buy bread", "revision": 13}]
            ),
            response_example("Todos", [COMPLETED_EXAMPLE], 202),
        ],
    ),
    "clear_completed": extend_schema(
        operation_id="clear_completed",
        summary="Delete all completed todos",
        parameters=[CLEAR_STATUS, revision_header(204)],
        request=None,
        responses={204: DELETED},
    ),
}

NOT_APPLICABLE = not_applicable_error("If-Match")

# The errors of each action, besides those of all views.
ERRORS = {
    "list": [SyncTokenExpired(), NOT_APPLICABLE],
    "create": [IdempotencyKeyReused(), NOT_APPLICABLE],
    "restore": [NOT_APPLICABLE],
    "partial_update_many": [
        MethodNotAllowed("PATCH"),
        NOT_APPLICABLE,
        StaleItemsError({"7": stale_item_error().detail}),
    ],
    "clear_completed": [MethodNotAllowed("DELETE"), NOT_APPLICABLE],
}


class TodoViewSetExtension(OpenApiViewExtension):
    """Adds the descriptions above to the viewset. Defining the class registers it."""

    target_class = "todos.views.TodoViewSet"

    def view_replacement(self) -> Any:
        return describe_view(self.target_class, OPERATIONS, ERRORS)


extend_schema_serializer(examples=[OpenApiExample("Todo", TODO_EXAMPLE, response_only=True)])(TodoSerializer)
