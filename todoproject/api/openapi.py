"""The OpenAPI document: how it is served, and the errors that every operation may answer with."""

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

# Each error that operations share: what it means, its type, and examples as (code, detail, attr).
ERRORS: dict[str, tuple[str, str, list[tuple[str, str, str | None]]]] = {
    "400": (
        "Something in the request is wrong; `attr` says what.",
        "validation_error",
        [
            ("required", "This field is required.", "title"),
            ("unknown", "Unknown parameter 'statsu'. Did you mean 'status'?", "statsu"),
        ],
    ),
    "401": (
        "No token, or one that is expired, revoked or broken.",
        "client_error",
        [("token_not_valid", "Token is invalid", None)],
    ),
    "403": (
        "A write in a browser session without its CSRF token.",
        "client_error",
        [("permission_denied", "CSRF Failed: CSRF token missing.", None)],
    ),
    "404": ("There is no such todo of yours.", "client_error", [("not_found", "Not found.", None)]),
    "405": (
        "This is no change of several todos.",
        "client_error",
        [("method_not_allowed", 'Method "PATCH" not allowed.', None)],
    ),
    "406": (
        "No format that `Accept` asks for is served.",
        "client_error",
        [("not_acceptable", "Could not satisfy the request Accept header.", None)],
    ),
    "410": (
        "What was deleted since then is not remembered any more.",
        "client_error",
        [("sync_token_expired", "What was deleted since then is not remembered any more; read the whole list.", None)],
    ),
    "413": (
        "The body is over 2.5 MB.",
        "client_error",
        [("payload_too_large", "The body is larger than 2.5 MB.", None)],
    ),
    "415": (
        "The body is neither JSON nor a form, or not UTF-8.",
        "client_error",
        [("unsupported_media_type", 'Unsupported media type "text/plain" in request.', None)],
    ),
    "412": (
        "A todo has changed since; nothing was written.",
        "client_error",
        [("stale", "The todo has changed since.", "7.revision")],
    ),
    "422": (
        "The Idempotency-Key came with another body before.",
        "client_error",
        [("idempotency_key_reused", "This Idempotency-Key came with another body before.", None)],
    ),
    "429": (
        "Too many tries; `Retry-After` says in how many seconds there may be another.",
        "client_error",
        [("throttled", "Too many tries. Try again in 42 seconds.", None)],
    ),
    "503": (
        "The database does not answer, or was locked for too long.",
        "server_error",
        [("database_unavailable", "The database does not answer. Nothing was changed; try again later.", None)],
    ),
}

# Errors that only some operations answer with.
OWN_ERRORS = {
    "signup": ["429"],
    "login": ["429"],
    "refresh": ["429"],
    "change_password": ["429"],
    "delete_account": ["429"],
    "reset_password": ["429"],
    "confirm_reset": ["429"],
    "list_todos": ["410"],
    "create_todo": ["422"],
    "change_todos": ["405", "412"],
    "clear_completed": ["405"],
}

ERROR = {
    "type": "object",
    "description": "The shape of every error.",
    "required": ["type", "message", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "message": {"type": "string", "description": "The first error's `detail`."},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string", "description": "Stable; for programs."},
                    "detail": {"type": "string", "description": "For people; it may be reworded."},
                    "attr": {
                        "type": "string",
                        "nullable": True,
                        "description": "The field or parameter to blame, nested ones with dots.",
                    },
                },
            },
        },
    },
}


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the errors that it may answer with; a postprocessing hook of drf-spectacular."""
    result["components"]["schemas"]["Error"] = ERROR
    result["components"]["responses"] = {f"Error{status}": error_response(*error) for status, error in ERRORS.items()}
    retry_after = {"description": "Whole seconds.", "schema": {"type": "integer", "minimum": 1}}
    result["components"]["responses"]["Error429"]["headers"] = {"Retry-After": retry_after}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in errors_of(path, method, operation):
                operation["responses"][status] = {"$ref": f"#/components/responses/Error{status}"}
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def errors_of(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    statuses = ["406", "503"]
    needs_user = any(operation.get("security", []))
    if path not in ("/", "/health/"):
        statuses += ["400"]
    if "requestBody" in operation:
        statuses += ["413", "415"]
    if needs_user or path == "/auth/refresh/":
        statuses += ["401"]
    if needs_user and method != "get":
        statuses += ["403"]
    statuses += OWN_ERRORS.get(operation["operationId"], [])
    if "{" in path:
        statuses += ["404"]
    return statuses


def error_response(description: str, kind: str, errors: list[tuple[str, str, str | None]]) -> dict[str, Any]:
    examples = {
        code: {"value": {"type": kind, "message": detail, "errors": [{"code": code, "detail": detail, "attr": attr}]}}
        for code, detail, attr in errors
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}, "examples": examples}}
    return {"description": description, "content": content}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document; it is the same for everybody, and takes a while to make."""
    return SchemaGenerator().get_schema(request=None, public=True)
