"""Forged tokens: signed with the right key, with any payload."""

import time
from typing import Any

import jwt
from django.conf import settings


def sign_payload(payload: str) -> str:
    """Return a token with this text as its payload and a valid signature."""
    return jwt.PyJWS().encode(payload.encode(), settings.SECRET_KEY, "HS256")


def forge_token(kind: str, **claims: str) -> str:
    """Return a signed token of the user with id 10 and token version 1.

    `claims` replaces some of its claims, each given as JSON; an empty one is omitted.
    """
    valid = {
        "token_type": f'"{kind}"',
        "exp": str(int(time.time()) + 60),
        "jti": '"some"',
        "user_id": '"10"',
        "token_version": "1",
    }
    return sign_payload(
        "{" + ", ".join(f'"{name}": {value}' for name, value in (valid | claims).items() if value) + "}"
    )


def assert_unauthorized(response: Any) -> None:
    """Check that a response is a 401 with exactly one error, which is not about a field."""
    assert response.status_code == 401
    (error,) = response.json()["errors"]
    assert response.json() == {"type": "client_error", "message": error["detail"], "errors": [error]}
    assert (error.keys(), error["attr"]) == ({"code", "detail", "attr"}, None)
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
