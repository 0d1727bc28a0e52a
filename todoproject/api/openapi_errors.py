"""The error responses in the OpenAPI document, rendered from the exceptions themselves.

A described view has the errors of each action, `documented_errors = {"list": [SyncTokenExpired()]}`. Those that all
views share are added here.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException, NotAcceptable, NotFound, PermissionDenied
from rest_framework_simplejwt.exceptions import InvalidToken

from todoproject.api.errors import error_body
from todoproject.api.exceptions import (
    DatabaseUnavailable,
    PayloadTooLarge,
    RequestTimeout,
    UnsupportedCharset,
    UnsupportedContentEncoding,
    UnsupportedContentType,
    field_error,
    format_error,
)
from todoproject.api.suggestions import unknown_name_message
from todoproject.api.views import StrictView

INVALID_REQUESTS = [
    field_error("title", "This field is required.", "required"),
    field_error("statsu", unknown_name_message("parameter", "statsu", ["status"]), "unknown"),
]
INVALID_FORMAT = format_error(["json"])
INVALID_BODIES = [
    RequestTimeout(),
    PayloadTooLarge(),
    UnsupportedContentType("text/plain"),
    UnsupportedCharset(),
    UnsupportedContentEncoding(),
]
CSRF_FAILED = PermissionDenied("CSRF Failed: CSRF token missing.")

ERROR_REF = "#/components/schemas/ApiError"
ERROR_SCHEMA = {
    "type": "object",
    "description": "The body of every error.",
    "required": ["type", "message", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "message": {"type": "string", "description": "The `detail` of the first error."},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/components/schemas/ApiErrorItem"},
        },
    },
}
ERROR_ITEM_SCHEMA = {
    "type": "object",
    "description": "One thing that is wrong.",
    "required": ["code", "detail", "attr"],
    "properties": {
        "code": {"type": "string", "description": "For programs. It does not change."},
        "detail": {"type": "string", "description": "For people. It may be reworded."},
        "attr": {
            "type": ["string", "null"],
            "description": "The field, parameter or header that is wrong; nested names are joined by dots.",
        },
    },
}
STATUS_DESCRIPTIONS = {
    400: "Something in the request is wrong. `attr` names it.",
    401: "There is no token, or it is invalid, expired or revoked.",
    403: "A write in a browser session came without its CSRF token.",
    404: "You have no todo with this id.",
    405: "On the list, this method is only allowed for bulk calls.",
    406: "None of the formats in `Accept` is available.",
    408: "The body did not arrive in time.",
    410: "Deletions since that revision have been purged.",
    412: "A todo has changed. Nothing was written.",
    413: "The body is too large.",
    415: "The body is neither JSON nor a form, or not in UTF-8, or compressed.",
    422: "The Idempotency-Key was sent before with another body.",
    429: "Too many attempts. `Retry-After` is the number of seconds to wait.",
    503: "The database is unavailable or busy.",
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds until the next attempt.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 42,
    }
}


def list_errors(view: Any, method: str, path: str, operation: dict[str, Any]) -> Iterator[APIException]:
    """Yield the exceptions that an operation can raise, for the examples of its error responses."""
    needs_user = bool(operation.get("security"))
    yield DatabaseUnavailable()
    if not getattr(view, "accepts_any_format", False):
        yield NotAcceptable()
    yield from INVALID_REQUESTS if isinstance(view, StrictView) else [INVALID_FORMAT]
    if "requestBody" in operation:
        yield from INVALID_BODIES
    if needs_user:
        yield InvalidToken("Token is invalid")
    if needs_user and method != "GET":
        yield CSRF_FAILED
    if "{" in path:
        yield NotFound()
    if hasattr(view, "action"):
        yield from getattr(view, "documented_errors", {}).get(view.action, ())


def add_error(responses: dict[str, Any], error: APIException) -> None:
    """Add an error to the responses of its status, as an example named by its code.

    A response that the operation describes itself is left alone, such as the todo of a 412.
    """
    body = error_body(error)
    if str(error.status_code) in responses and not is_error(responses[str(error.status_code)]):
        return
    response = responses.setdefault(
        str(error.status_code),
        {
            "description": STATUS_DESCRIPTIONS[error.status_code],
            "content": {"application/json": {"schema": {"$ref": ERROR_REF}, "examples": {}}},
        },
    )
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response["headers"] = RETRY_AFTER
    response["content"]["application/json"]["examples"][body["errors"][0]["code"]] = {"value": dict(body)}


def share_error_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Replace the operations' error responses with one shared component per status; a drf-spectacular hook."""
    result["components"]["schemas"] |= {"ApiError": ERROR_SCHEMA, "ApiErrorItem": ERROR_ITEM_SCHEMA}
    components = result["components"].setdefault("responses", {})
    for operation in (operation for methods in result["paths"].values() for operation in methods.values()):
        for status, response in operation["responses"].items():
            if not is_error(response):
                continue
            shared = components.setdefault(f"ApiError{status}", response)
            for code, example in examples_of(response).items():
                if examples_of(shared).setdefault(code, example) != example:
                    examples_of(shared)[f"{code}_{operation['operationId']}"] = example
            operation["responses"][status] = {"$ref": f"#/components/responses/ApiError{status}"}
    result["components"]["responses"] = dict(sorted(components.items()))
    return result


def is_error(response: dict[str, Any]) -> bool:
    """Return whether a documented response has the body of every error."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref") == ERROR_REF


def examples_of(response: dict[str, Any]) -> dict[str, Any]:
    return response["content"]["application/json"]["examples"]
