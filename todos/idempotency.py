"""Creates a todo, idempotently: a repeated POST with the same `Idempotency-Key` does not create a second one."""

import hashlib
import json
import re
from typing import Any, NamedTuple

from django.db import IntegrityError
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import User
from todoproject.api.exceptions import field_error
from todoproject.api.serializers import CSRF_FIELD
from todos.models import Todo
from todos.unit_of_work import create_todos

HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 255
KEY_PATTERN = re.compile(rf"[\x20-\x7e]{{1,{MAX_KEY_LENGTH}}}")

# How often the todo that has the key may be purged between the refused insert and the read before a request fails.
PURGE_RACES = 3


class IdempotencyKeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was sent before with another body. Send a new key for a new todo."


class IdempotencyKey(NamedTuple):
    """A key and the SHA-256 of its request's body. The fields have the names of the columns that store them."""

    idempotency_key: str
    idempotency_hash: str


class Creation(NamedTuple):
    """The todo of a POST, whether an earlier POST created it, and the value of `X-Revision`."""

    todo: Todo
    replayed: bool
    revision: int


def parse_key(request: Request) -> IdempotencyKey | None:
    """Return the request's key; raise 400 if it is malformed or comes with an array."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if isinstance(request.data, list):
        raise field_error(HEADER, "This header applies to a single todo. Omit it for an array.", "not_applicable")
    if not KEY_PATTERN.fullmatch(key):
        raise field_error(HEADER, "Send 1 to 255 printable ASCII characters.", "invalid")
    body = request.data
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != CSRF_FIELD}
    text = json.dumps(body, sort_keys=True, default=str)  # default: for a file in a form, which validation refuses.
    return IdempotencyKey(key, hashlib.sha256(text.encode()).hexdigest())


def create_todo(owner: User, values: dict[str, Any], key: IdempotencyKey | None) -> Creation:
    """Create a todo, or return the one that this key created before, which may be a tombstone by now.

    The unique constraint on the key decides, so concurrent requests create only one todo. Raises IdempotencyKeyReused
    if the body was another one.
    """
    if key is None:
        return insert(owner, values)
    for _ in range(PURGE_RACES):
        try:
            return insert(owner, values | key._asdict())
        except IntegrityError:
            if replayed := load_replayed_todo(owner, key):
                return replayed
    return insert(owner, values | key._asdict())


def insert(owner: User, columns: dict[str, Any]) -> Creation:
    [todo], revision = create_todos(owner, [columns])
    return Creation(todo, replayed=False, revision=revision)


def load_replayed_todo(owner: User, key: IdempotencyKey) -> Creation | None:
    """Return the todo that this key created, or None; raise IdempotencyKeyReused if the body was another one."""
    todo = Todo.objects.owned_by(owner).filter(idempotency_key=key.idempotency_key).first()
    if todo is None:
        return None
    if todo.idempotency_hash != key.idempotency_hash:
        raise IdempotencyKeyReused
    return Creation(todo, replayed=True, revision=max(owner.revision, todo.revision))
