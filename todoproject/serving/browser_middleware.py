"""Django's middleware for browsers: sessions, users and messages. Calls of the API with a token do not need it.

A request with a token never uses a session: the token decides who the user is, or the response is 401.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

API_PATHS = ("/todos/", "/auth/")
TOKEN_SCHEMES = ("jwt ", "bearer ")


def is_api_call_with_token(request: HttpRequest) -> bool:
    """Return whether a request of the API has an `Authorization` header with one of the schemes of tokens."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return header.lower().startswith(TOKEN_SCHEMES) and request.path_info.startswith(API_PATHS)


class SkipForTokensMixin:
    """Skips a middleware for calls of the API with a token."""

    def __call__(self, request: HttpRequest) -> Any:
        if is_api_call_with_token(request):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class BrowserSessionMiddleware(SkipForTokensMixin, SessionMiddleware):
    pass


class BrowserAuthenticationMiddleware(SkipForTokensMixin, AuthenticationMiddleware):
    pass


class BrowserMessageMiddleware(SkipForTokensMixin, MessageMiddleware):
    pass
