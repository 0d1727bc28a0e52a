"""The parameters and response headers of the calls on todos, in the OpenAPI document.

A new query parameter of the list needs an entry in QUERY.
"""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from todoproject.api.integers import MAX_INTEGER
from todos.filters import ORDERINGS, SEARCH_LENGTH, TodoFilter
from todos.idempotency import MAX_KEY_LENGTH
from todos.models import Todo
from todos.pagination import MAX_PAGE_ROWS
from todos.schema_components import ID

# Entity tags as this API sends them and, in a condition, with the W/ that a compressing proxy puts before them.
ETAG = {"type": "string", "pattern": r'^(W/)?"[!#-~]+"$', "example": '"12"'}
CONDITION = {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$', "example": '"12"'}
REVISION = {"type": "integer", "format": "int64", "minimum": 0, "maximum": MAX_INTEGER, "example": 12}
DATE_TIME = {"type": "string", "format": "date-time", "example": "2026-12-24T18:00:00Z"}


def response_header(name: str, schema: dict[str, Any], description: str, *statuses: int) -> OpenApiParameter:
    """Return the description of a header of the responses with these statuses."""
    return OpenApiParameter(name, schema, "header", response=list(statuses), description=description)


def request_header(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, "header", description=description)


def filter_parameter(name: str, schema: dict[str, Any]) -> OpenApiParameter:
    """Return the description of a filter, whose text is the filter's label."""
    return OpenApiParameter(name, schema, description=f"{TodoFilter.base_filters[name].label}.")


def choices(values: list[str], example: str) -> dict[str, Any]:
    return {"type": "string", "enum": values, "example": example}


PK = OpenApiParameter("id", ID | {"example": 7}, "path", description="The `id` of a todo.")
IF_MATCH = request_header(
    "If-Match", CONDITION, "Go on only if the todo still has one of these entity tags; `*` matches any existing todo."
)
IF_NONE_MATCH = request_header(
    "If-None-Match", CONDITION, "Return 304 without a body if the current entity tag is one of these."
)
KEY = request_header(
    "Idempotency-Key",
    {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY_LENGTH,
        "pattern": "^[ -~]+$",
        "example": "5e0a7f3c-4f43-4a9e-9d53-0c7a6f3f3b51",
    },
    f"1 to {MAX_KEY_LENGTH} printable ASCII characters. Repeating the request with the same key does not create "
    "another todo. Only for a single todo.",
)
UNLESS = request_header(
    "If-None-Match", CONDITION, "Write only if the todo has none of these entity tags; `*` stands for all."
)
QUERY = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_ROWS, "example": 50},
        description="The number of todos in a page. Without it, the whole list is returned.",
    ),
    OpenApiParameter(
        "cursor",
        {
            "type": "string",
            "minLength": 1,
            "pattern": "^[A-Za-z0-9_:.=-]+$",
            "example": "eyJwb3NpdGlvbiI6NX0:signature",
        },
        description="The start of a page. Take it from a `Link` header, with the rest of that URL.",
    ),
    OpenApiParameter(
        "since",
        REVISION,
        description="Return the todos that changed after this revision. "
        "Can only be combined with `limit` and `cursor`.",
    ),
    OpenApiParameter(
        "format",
        choices(["csv", "json"], "json"),
        description="The format of the response. It takes precedence over `Accept`.",
    ),
    filter_parameter("status", choices(list(Todo.Status.values), "open")),
    filter_parameter("ordering", choices([sign + name for name in ORDERINGS for sign in ("", "-")], "due_at")),
    filter_parameter("search", {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH, "example": "milk"}),
    *(filter_parameter(name, DATE_TIME) for name in TodoFilter.base_filters if name.endswith(("_after", "_before"))),
]
CLEAR_STATUS = OpenApiParameter(
    "status", choices([Todo.Status.COMPLETED.value], "completed"), required=True, description="The todos to delete."
)

ETAG_TEXT = "The todo's revision as an entity tag."
X_REVISION_TEXT = (
    "Your revision after this write. Do not send it as `since`, because another device may have written in between: "
    "send the `X-Revision` of a list."
)


def etag_header(*statuses: int, description: str = ETAG_TEXT) -> OpenApiParameter:
    return response_header("ETag", ETAG, description, *statuses)


def revision_header(*statuses: int, description: str = X_REVISION_TEXT) -> OpenApiParameter:
    return response_header("X-Revision", REVISION, description, *statuses)


LINK = response_header(
    "Link",
    {"type": "string", "example": '<https://todo.example.com/todos/?limit=50&cursor=eyJ>; rel="next"'},
    "The URLs of the `next` and `prev` pages, if there are any.",
    200,
)
LOCATION = response_header(
    "Location",
    {"type": "string", "format": "uri", "example": "https://todo.example.com/todos/7/"},
    "The URL of the todo; absent for an array and for a deleted todo.",
    200,
    201,
)
REPLAYED = response_header(
    "Idempotent-Replayed",
    choices(["true"], "true"),
    "`true` if an earlier request with this key created the todo.",
    200,
)
