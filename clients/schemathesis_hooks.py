"""Hooks of Schemathesis: all calls have a token, and those that revoke it have one of an account of their own."""

import json
from functools import cache
from secrets import token_urlsafe
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import schemathesis

REVOKING = {"POST /auth/logout/", "POST /auth/password/", "DELETE /auth/me/"}


def sign_up(base_url: str) -> str:
    """Create an account, and return its access token."""
    body = json.dumps({"email": f"{uuid4().hex}@example.com", "password": token_urlsafe(16)}).encode()
    request = Request(f"{base_url}/auth/signup/", body, {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request) as response:  # noqa: S310
        token: str = json.load(response)["access"]
    return token


get_shared_token = cache(sign_up)


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case: Any, context: Any) -> str:
        base_url = case.operation.base_url.rstrip("/")
        return sign_up(base_url) if case.operation.label in REVOKING else get_shared_token(base_url)

    def set(self, case: Any, token: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {token}"
