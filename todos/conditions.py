"""Conditional requests: entity tags, and what `If-Match` and `If-None-Match` say about them."""

import hashlib
import re
from typing import cast

from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request

from accounts.models import User
from todoproject import __version__
from todos.models import Todo

# RFC 9110, 8.8.3: an entity tag, weak or strong; a condition is * or a list of them.
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Empty members of a list are allowed (RFC 9110, 5.6.1).
CONDITION = re.compile(rf"\s*\*\s*|[\s,]*{TAG}(?:\s*,[\s,]*{TAG})*[\s,]*")
HEADERS = ("If-Match", "If-None-Match")


class Stale(APIException):
    """A condition that the todo does not meet any more; the answer is the todo as it is now."""

    status_code = 412
    default_code = "stale"
    default_detail = "The todo has changed since."

    def __init__(self, todo: Todo) -> None:
        super().__init__()
        self.todo = todo


class StaleItemsError(ValidationError):
    """Items of a bulk whose revision is not the current one."""

    status_code = 412


def todo_tag(todo: Todo) -> str:
    """The entity tag of a todo: its revision."""
    return f'"{todo.revision}"'


def list_tag(request: Request) -> str:
    """The entity tag of a list: it changes with the user's todos, the query, the format and the version.

    It is known without reading the todos. The user's revision was read before them, so a list may be newer than
    its tag says, and never older.
    """
    user, url = cast(User, request.user), request.build_absolute_uri()
    identity = (user.pk, user.email, user.purged_revision, url, request.accepted_media_type, __version__)
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()
    return f'"{user.revision}-{digest[:16]}"'


def check_form(request: Request) -> None:
    """Refuse a malformed condition, whatever the call would make of it."""
    for header in HEADERS:
        if header in request.headers and not CONDITION.fullmatch(request.headers[header]):
            detail = f'Write {header} as * or as entity tags in quotes, separated by commas, like "12".'
            raise ValidationError({header: [ErrorDetail(detail, code="invalid")]})


def anything(request: Request, header: str) -> bool:
    """Whether a condition is `*`: whatever there is."""
    return request.headers.get(header, "").strip() == "*"


def matches(request: Request, header: str, tag: str) -> bool:
    """Whether a condition names the tag; a weak form counts, for what compresses an answer may weaken its tag."""
    text = request.headers[header]
    return anything(request, header) or tag in (named.removeprefix("W/") for named in re.findall(TAG, text))


def not_modified(request: Request, tag: str) -> bool:
    """Whether the client has what it asks for, by `If-None-Match`."""
    return "If-None-Match" in request.headers and matches(request, "If-None-Match", tag)


def check_current(request: Request, todo: Todo) -> None:
    """Raise Stale unless the todo is as the client last saw it, by `If-Match` or by `revision` in the body."""
    stale = "If-Match" in request.headers and not matches(request, "If-Match", todo_tag(todo))
    said = request.data.get("revision") if isinstance(request.data, dict) else None
    if stale or (type(said) is int and said != todo.revision):
        raise Stale(todo)


def check_unconditional(request: Request) -> None:
    """Refuse `If-Match` where there is no one todo that it could be about."""
    if "If-Match" in request.headers:
        detail = "If-Match is for one todo; here each item may have its revision."
        raise ValidationError({"If-Match": [ErrorDetail(detail, code="not_applicable")]})
