"""Conditional requests (RFC 9110, 13): entity tags, `If-Match`, `If-None-Match` and `revision` in a body."""

import hashlib
import re
from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import logged_in_user
from todoproject import __version__
from todoproject.api.entity_tags import ENTITY_TAG, condition_matches
from todoproject.api.exceptions import field_error
from todos.models import Todo
from todos.rows import TodoRow

# A condition is * or a list of entity tags, which may have empty members (RFC 9110, 5.6.1).
CONDITION_PATTERN = re.compile(rf"\s*\*\s*|[\s,]*{ENTITY_TAG}(?:\s*,[\s,]*{ENTITY_TAG})*[\s,]*")
# Increased when a response of the same version would differ, so that clients do not keep the earlier one.
REPRESENTATION = 2
HEADERS = ("If-Match", "If-None-Match")


class StaleTodo(APIException):
    """The todo has changed since the client read it. `TodoViewSet.handle_exception` returns the current todo."""

    status_code = 412
    default_code = "stale"
    default_detail = "The todo has changed. Read it again, and repeat the change with its current revision."

    def __init__(self, todo: Todo | TodoRow) -> None:
        super().__init__()
        self.todo = todo


class StaleItemsError(ValidationError):
    """Items of a bulk change whose todos have changed since the client read them, in the error shape."""

    status_code = 412


def stale_item_error() -> ValidationError:
    """Return the error of one stale item of a bulk change."""
    return field_error("revision", StaleTodo.default_detail, StaleTodo.default_code)


def todo_etag(todo: Todo | TodoRow) -> str:
    """Return the entity tag of a todo, its revision in quotes."""
    return f'"{todo.revision}"'


def list_etag(request: Request) -> str:
    """Return the entity tag of a list, which changes with the user's todos, the query, the format and the version.

    It is known without reading the todos. Because the user's revision is read before the todos, a list may be newer
    than its entity tag, but never older.
    """
    user, environ = logged_in_user(request), request.META
    url = (request.scheme, environ.get("HTTP_HOST"), request.path, environ.get("QUERY_STRING"))  # It is in the links.
    representation = (request.accepted_media_type, REPRESENTATION, __version__)
    identity = (user.pk, user.email, user.purged_revision, url, representation)
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()
    return f'"{user.revision}-{digest[:16]}"'


def set_etag(request: Request, response: Response, etag: str) -> None:
    """Set `ETag`, but not for the browsable API, whose pages contain more than the todos."""
    if request.accepted_renderer.format != "api":
        response["ETag"] = etag


def check_conditional_headers(request: Request) -> None:
    """Raise 400 for a malformed `If-Match` or `If-None-Match`."""
    for header in HEADERS:
        if header in request.headers and not CONDITION_PATTERN.fullmatch(request.headers[header]):
            detail = f'Send {header} as * or as entity tags in quotes, separated by commas, such as "12".'
            raise field_error(header, detail, "invalid")


def refuse_conditions(request: Request, *names: str) -> None:
    """Raise 400 for these headers, by default both, on a call for which they say nothing: none is ignored."""
    for header in names or HEADERS:
        if header in request.headers:
            raise not_applicable_error(header)


def not_applicable_error(header: str) -> ValidationError:
    detail = f"{header} applies to a single todo that exists. Omit it. An item of a bulk PATCH can have a revision."
    return field_error(header, detail, "not_applicable")


def is_not_modified(request: Request, etag: str) -> bool:
    """Return whether `If-None-Match` matches, so that the response is 304. It never does in the browsable API."""
    is_page = request.accepted_renderer.format == "api"
    return not is_page and condition_matches(request.headers.get("If-None-Match", ""), etag)


def check_preconditions(request: Request, todo: Todo) -> None:
    """Raise StaleTodo unless `If-Match` and `revision` in the body match the todo, and `If-None-Match` does not."""
    check_if_match(request, todo)
    is_known = condition_matches(request.headers.get("If-None-Match", ""), todo_etag(todo))
    if is_known or has_stale_revision(request.data, todo):
        raise StaleTodo(todo)


def check_if_match(request: Request, todo: Todo | TodoRow) -> None:
    """Raise StaleTodo if `If-Match` does not match the todo."""
    if "If-Match" in request.headers and not condition_matches(request.headers["If-Match"], todo_etag(todo)):
        raise StaleTodo(todo)


def has_stale_revision(data: Any, todo: Todo) -> bool:
    """Return whether a body or an item has an integer `revision` that is not the todo's.

    Values of other types are refused by the serializer, as for every read-only field.
    """
    revision = data.get("revision") if isinstance(data, dict) else None
    return type(revision) is int and revision != todo.revision
