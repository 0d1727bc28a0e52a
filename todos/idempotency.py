"""Creating once what is sent several times, by `Idempotency-Key`."""

import hashlib
import json
import re

from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request

from todoproject.api.serializers import CSRF_FIELD

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x20-\x7e]{1,255}")


class KeyReused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key came with another body before; take a new one for a new todo."


def idempotency(request: Request) -> dict[str, str]:
    """Return the columns that keep a request's key and what it asked for; none without a key."""
    key = request.headers.get(HEADER)
    if key is None:
        return {}
    if isinstance(request.data, list):
        raise refused("An Idempotency-Key is for one todo, not for an array.", "not_applicable")
    if not KEY.fullmatch(key):
        raise refused("Write 1 to 255 printable ASCII characters.", "invalid")
    said = request.data
    if isinstance(said, dict):
        said = {name: value for name, value in said.items() if name != CSRF_FIELD}
    body = json.dumps(said, sort_keys=True, default=str)  # A file in a form, which is refused later.
    return {"idempotency_key": key, "idempotency_hash": hashlib.sha256(body.encode()).hexdigest()}


def refused(detail: str, code: str) -> ValidationError:
    return ValidationError({HEADER: [ErrorDetail(detail, code=code)]})
