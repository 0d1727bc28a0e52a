"""What the OpenAPI document says of the todos' calls beyond what their code does."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from todos.serializers import TODO_EXAMPLE, StatusPatchSerializer, TodoSerializer


def header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    """A header of a request, or of the answers with these statuses."""
    return OpenApiParameter(name, str, "header", response=list(statuses) or False, description=description)


ETAG = "The todo's revision, as an entity tag."
REVISION = "Your revision after this: what `since` takes next time."
IF_MATCH = header("If-Match", "Only if the todo still has one of these entity tags, or `*`: if it is there at all.")
IF_NONE_MATCH = header("If-None-Match", "Answer 304, without a body, if it still has one of these entity tags.")
SINCE = OpenApiParameter(
    "since", int, description="What changed after this revision; goes with `limit` and `cursor` only."
)
KEY = header("Idempotency-Key", "1 to 255 printable ASCII characters, for one todo: sent again, it makes none.")
LINK = header("Link", "`next` and `prev` pages, where they exist.", 200)
LOCATION = header("Location", "The URL of the new todo.", 200, 201)
REPLAYED = header("Idempotent-Replayed", "`true`: the key has made this todo before.", 200)
NOT_MODIFIED = OpenApiResponse(description="It is what you have.")
STALE = OpenApiResponse(
    TodoSerializer,
    description="It has changed since: this is the todo as it is now.",
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
            header("ETag", "Changes with your todos, the query and the format.", 200, 304),
            header("X-Revision", "What `since` takes next time.", 200, 304),
        ],
        responses={(200, "application/json"): TodoSerializer(many=True), (200, "text/csv"): str, 304: NOT_MODIFIED},
    ),
    "create": extend_schema(
        operation_id="create_todo",
        parameters=[KEY, LOCATION, REPLAYED, header("ETag", ETAG, 200, 201), header("X-Revision", REVISION, 200, 201)],
        responses={200: TodoSerializer, 201: TodoSerializer},
    ),
    "retrieve": extend_schema(
        operation_id="read_todo",
        parameters=[IF_NONE_MATCH, header("ETag", ETAG, 200, 304)],
        responses={200: TodoSerializer, 304: NOT_MODIFIED},
    ),
    "update": extend_schema(
        operation_id="replace_todo",
        parameters=[IF_MATCH, header("ETag", ETAG, 200, 412), header("X-Revision", REVISION, 200)],
        responses={200: TodoSerializer, 412: STALE},
    ),
    "partial_update": extend_schema(
        operation_id="change_todo",
        parameters=[IF_MATCH, header("ETag", ETAG, 202, 412), header("X-Revision", REVISION, 202)],
        responses={202: TodoSerializer, 412: STALE},
    ),
    "destroy": extend_schema(
        operation_id="delete_todo",
        parameters=[IF_MATCH, header("X-Revision", REVISION, 204)],
        responses={204: DELETED, 412: STALE},
    ),
    "restore": extend_schema(
        operation_id="restore_todo",
        request=None,
        parameters=[header("ETag", ETAG, 200), header("X-Revision", REVISION, 200)],
        responses=TodoSerializer,
    ),
}

CHANGE_MANY = extend_schema(
    operation_id="change_todos",
    request=StatusPatchSerializer(many=True),
    parameters=[header("X-Revision", REVISION, 202)],
    responses={202: TodoSerializer(many=True)},
    examples=[
        OpenApiExample(
            "Changes",
            [{"id": 7, "status": "completed"}, {"id": 8, "title": "Buy bread", "revision": 13}],
            request_only=True,
        )
    ],
)

CLEAR = extend_schema(
    operation_id="clear_completed",
    parameters=[
        OpenApiParameter("status", str, required=True, enum=["completed"], description="Which to delete."),
        header("X-Revision", REVISION, 204),
    ],
    responses={204: DELETED},
)
