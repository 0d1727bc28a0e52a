"""The OpenAPI description of the calls on todos: parameters, headers, bodies and examples."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed

from todos.conditions import StaleItemsError, stale_item_error
from todos.idempotency import IdempotencyKeyReused
from todos.serializers import MAX_BULK_ITEMS, TODO_EXAMPLE, TodoSerializer
from todos.sync import SyncTokenExpired


def header_parameter(name: str, description: str, *statuses: int) -> OpenApiParameter:
    """Return the parameter of a request header or, if statuses are given, of a header of the responses with them."""
    return OpenApiParameter(name, str, "header", response=list(statuses) or False, description=description)


ETAG_TEXT = "The todo's revision as an entity tag."
X_REVISION_TEXT = (
    "Your revision after this write. Do not send it as `since`, because another device may have written in between: "
    "send the `X-Revision` of a list."
)
IF_MATCH = header_parameter(
    "If-Match", "Write only if the todo still has one of these entity tags; `*` matches any existing todo."
)
IF_NONE_MATCH = header_parameter(
    "If-None-Match", "Return 304 without a body if the current entity tag is one of these."
)
SINCE = OpenApiParameter(
    "since",
    int,
    description="Return the todos that changed after this revision. Can only be combined with `limit` and `cursor`.",
)
KEY = header_parameter(
    "Idempotency-Key",
    "1 to 255 printable ASCII characters. Repeating the request with the same key does not create another todo.",
)
LINK = header_parameter("Link", "The URLs of the `next` and `prev` pages, if there are any.", 200)
LOCATION = header_parameter("Location", "The URL of the todo; absent for an array and for a deleted todo.", 200, 201)
REPLAYED = header_parameter("Idempotent-Replayed", "`true` if an earlier request with this key created the todo.", 200)
TODO_REF = {"$ref": "#/components/schemas/Todo"}
TOMBSTONE_SCHEMA = {
    "type": "object",
    "description": "A deleted todo.",
    "required": ["id", "revision", "deleted"],
    "properties": {"id": {"type": "integer"}, "revision": {"type": "integer"}, "deleted": {"enum": [True]}},
}
TODOS_SCHEMA = {"type": "array", "items": TODO_REF}
NEW_TODO_OR_TODOS_SCHEMA = {
    "oneOf": [
        {"$ref": "#/components/schemas/TodoRequest"},
        {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_BULK_ITEMS,
            "items": {"$ref": "#/components/schemas/TodoRequest"},
        },
    ]
}
REVISION_PROPERTY = {
    "revision": {"type": "integer", "description": "Change the todo only if this is still its revision."}
}
BULK_CHANGES_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_BULK_ITEMS,
    "items": {
        "allOf": [
            {"$ref": "#/components/schemas/PatchedStatusPatchRequest"},
            {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, **REVISION_PROPERTY}},
        ]
    },
}
NOT_MODIFIED = OpenApiResponse(description="Not modified: you have the current version.")
STALE = OpenApiResponse(
    TodoSerializer,
    description="The todo has changed. The body is the current todo.",
    examples=[OpenApiExample("Todo", TODO_EXAMPLE)],
)
DELETED = OpenApiResponse(description="Deleted.")

OPERATIONS = {
    "list": extend_schema(
        operation_id="list_todos",
        parameters=[
            SINCE,
            IF_NONE_MATCH,
            LINK,
            header_parameter("ETag", "Changes with your todos, the query and the format.", 200, 304),
            header_parameter("X-Revision", "The revision to send as `since` next time.", 200, 304),
        ],
        responses={
            (200, "application/json"): {"type": "array", "items": {"anyOf": [TODO_REF, TOMBSTONE_SCHEMA]}},
            (200, "text/csv"): str,
            304: NOT_MODIFIED,
        },
        examples=[OpenApiExample("Todos", [TODO_EXAMPLE], response_only=True, status_codes=["200"])],
    ),
    "create": extend_schema(
        operation_id="create_todo",
        parameters=[
            KEY,
            LOCATION,
            REPLAYED,
            header_parameter("ETag", f"{ETAG_TEXT} Absent for an array and for a deleted todo.", 200, 201),
            header_parameter("X-Revision", X_REVISION_TEXT, 200, 201),
        ],
        request={"application/json": NEW_TODO_OR_TODOS_SCHEMA, "multipart/form-data": TodoSerializer},
        responses={200: {"anyOf": [TODO_REF, TOMBSTONE_SCHEMA]}, 201: {"anyOf": [TODO_REF, TODOS_SCHEMA]}},
        examples=[
            OpenApiExample("New", {"title": "Buy milk", "due_at": "2026-12-24T19:00:00+01:00"}, request_only=True),
            OpenApiExample("Todo", TODO_EXAMPLE, response_only=True),
        ],
    ),
    "retrieve": extend_schema(
        operation_id="read_todo",
        parameters=[IF_NONE_MATCH, header_parameter("ETag", ETAG_TEXT, 200, 304)],
        responses={200: TodoSerializer, 304: NOT_MODIFIED},
    ),
    "update": extend_schema(
        operation_id="replace_todo",
        parameters=[
            IF_MATCH,
            header_parameter("ETag", ETAG_TEXT, 200, 412),
            header_parameter("X-Revision", X_REVISION_TEXT, 200),
        ],
        responses={200: TodoSerializer, 412: STALE},
    ),
    "partial_update": extend_schema(
        operation_id="change_todo",
        parameters=[
            IF_MATCH,
            header_parameter("ETag", ETAG_TEXT, 202, 412),
            header_parameter("X-Revision", X_REVISION_TEXT, 202),
        ],
        responses={202: TodoSerializer, 412: STALE},
    ),
    "destroy": extend_schema(
        operation_id="delete_todo",
        parameters=[
            IF_MATCH,
            header_parameter("ETag", ETAG_TEXT, 412),
            header_parameter("X-Revision", X_REVISION_TEXT, 204),
        ],
        responses={204: DELETED, 412: STALE},
    ),
    "restore": extend_schema(
        operation_id="restore_todo",
        request=None,
        parameters=[header_parameter("ETag", ETAG_TEXT, 200), header_parameter("X-Revision", X_REVISION_TEXT, 200)],
        responses=TodoSerializer,
    ),
}

CHANGE_TODOS = extend_schema(
    operation_id="change_todos",
    request={"application/json": BULK_CHANGES_SCHEMA},
    filters=False,
    parameters=[header_parameter("X-Revision", X_REVISION_TEXT, 202)],
    responses={202: TODOS_SCHEMA},
    examples=[
        OpenApiExample(
            "Changes",
            [{"id": 7, "status": "completed"}, {"id": 8, "title": "Buy bread", "revision": 13}],
            request_only=True,
        )
    ],
)

CLEAR_COMPLETED = extend_schema(
    operation_id="clear_completed",
    parameters=[
        OpenApiParameter("status", str, required=True, enum=["completed"], description="The todos to delete."),
        header_parameter("X-Revision", X_REVISION_TEXT, 204),
    ],
    responses={204: DELETED},
)

# The errors of each action, besides those of all views.
ERRORS = {
    "list": [SyncTokenExpired()],
    "create": [IdempotencyKeyReused()],
    "partial_update_many": [MethodNotAllowed("PATCH"), StaleItemsError({"7": stale_item_error().detail})],
    "clear_completed": [MethodNotAllowed("DELETE")],
}
