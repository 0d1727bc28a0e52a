"""Conditional requests (RFC 9110, 13): entity tags, `If-Match`, `If-None-Match` and `revision` in a body."""

import hashlib
import re
from typing import Any, cast

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from todoproject import __version__
from todoproject.api.exceptions import field_error
from todos.models import Todo

# RFC 9110, 8.8.3: an entity tag, weak or strong.
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# A condition is * or a list of tags, which may have empty members (RFC 9110, 5.6.1).
CONDITION = re.compile(rf"\s*\*\s*|[\s,]*{TAG}(?:\s*,[\s,]*{TAG})*[\s,]*")
HEADERS = ("If-Match", "If-None-Match")


class StaleTodo(APIException):
    """The todo has changed since the client read it. The response is the todo as it is now."""

    status_code = 412
    default_code = "stale"
    default_detail = "The todo has changed since."

    def __init__(self, todo: Todo) -> None:
        super().__init__()
        self.todo = todo


class StaleItemsError(ValidationError):
    """Items of a bulk change whose todos have changed since the client read them."""

    status_code = 412


def stale_item_error() -> ValidationError:
    """Return the error of one stale item of a bulk change."""
    return field_error("revision", StaleTodo.default_detail, StaleTodo.default_code)


def todo_tag(todo: Todo) -> str:
    """Return the entity tag of a todo: its revision."""
    return f'"{todo.revision}"'


def list_tag(request: Request) -> str:
    """Return the entity tag of a list, which changes with the user's todos, the query, the format and the version.

    It is known without reading the todos. The user's revision was read before the todos are, so a list may be newer
    than its tag says, but never older.
    """
    user, url = cast(User, request.user), request.build_absolute_uri()
    identity = (user.pk, user.email, user.purged_revision, url, request.accepted_media_type, __version__)
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()
    return f'"{user.revision}-{digest[:16]}"'


def set_tag(request: Request, response: Response, tag: str) -> None:
    """Set `ETag`. A browsable page has none, for it shows more than the todos."""
    if request.accepted_renderer.format != "api":
        response["ETag"] = tag


def check_syntax(request: Request) -> None:
    """Refuse a malformed condition, whether or not the call uses it."""
    for header in HEADERS:
        if header in request.headers and not CONDITION.fullmatch(request.headers[header]):
            detail = f'Write {header} as * or as entity tags in quotes, separated by commas, like "12".'
            raise field_error(header, detail, "invalid")


def check_no_if_match(request: Request) -> None:
    """Refuse `If-Match` on a call that changes several todos."""
    if "If-Match" in request.headers:
        detail = "If-Match applies to a single todo. Give each item its revision instead."
        raise field_error("If-Match", detail, "not_applicable")


def is_wildcard(request: Request, header: str) -> bool:
    """Return whether a condition is `*`, which matches whatever exists."""
    return request.headers.get(header, "").strip() == "*"


def matches(request: Request, header: str, tag: str) -> bool:
    """Return whether a condition names the tag. A weak form counts, since proxies that compress weaken tags."""
    tags = (named.removeprefix("W/") for named in re.findall(TAG, request.headers[header]))
    return is_wildcard(request, header) or tag in tags


def client_is_current(request: Request, tag: str) -> bool:
    """Return whether `If-None-Match` says that the client has this version. A browsable page is always made anew."""
    is_page = request.accepted_renderer.format == "api"
    return not is_page and "If-None-Match" in request.headers and matches(request, "If-None-Match", tag)


def check_current(request: Request, todo: Todo) -> None:
    """Raise StaleTodo if `If-Match`, or `revision` in the body, names another version of the todo."""
    stale_header = "If-Match" in request.headers and not matches(request, "If-Match", todo_tag(todo))
    if stale_header or names_other_revision(request.data, todo):
        raise StaleTodo(todo)


def names_other_revision(data: Any, todo: Todo) -> bool:
    """Return whether a body or an item has a `revision` that is not the todo's; other types fail validation later."""
    revision = data.get("revision") if isinstance(data, dict) else None
    return type(revision) is int and revision != todo.revision
