"""JSON Web Tokens that contain the user's token version, so that they can be revoked."""

from functools import cached_property
from typing import Any

from jwt import PyJWK
from jwt.utils import base64url_encode
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User

VERSION_CLAIM = "token_version"


class ParsedKeyBackend(TokenBackend):
    """Signs and verifies with a key that is parsed once; PyJWT would parse a plain one again for each token."""

    @cached_property
    def parsed_key(self) -> PyJWK:
        key = str(self.signing_key).encode()
        return PyJWK({"kty": "oct", "k": base64url_encode(key).decode()}, self.algorithm)

    def get_verifying_key(self, token: Any) -> PyJWK:
        return self.parsed_key


backend = ParsedKeyBackend(api_settings.ALGORITHM, api_settings.SIGNING_KEY, leeway=api_settings.LEEWAY)


class SafeDecodingMixin:
    """Raises TokenError for every token that cannot be decoded: PyJWT and simplejwt let other exceptions escape."""

    token_backend = backend

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        try:
            super().__init__(token, verify)  # type: ignore[call-arg]
        except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError):
            raise TokenError("Token is invalid") from None


class VersionedTokenMixin(SafeDecodingMixin):
    """Adds the user's current token version to new tokens."""

    @classmethod
    def for_user(cls, user: User) -> Any:
        token = super().for_user(user)  # type: ignore[misc]
        token[VERSION_CLAIM] = user.token_version
        return token


class AccessToken(VersionedTokenMixin, tokens.AccessToken):  # type: ignore[misc]
    """A short-lived token (15 minutes by default) that authenticates requests."""


class RefreshToken(VersionedTokenMixin, tokens.RefreshToken):  # type: ignore[misc]
    """A long-lived token (14 days by default) for new access tokens.

    It is not rotated, so a client that sends two refresh requests at once stays logged in.
    """


def issue_tokens(user: User) -> dict[str, str]:
    """Return a new access token and a new refresh token, under their names in responses."""
    return {**issue_access_token(user), "refresh": str(RefreshToken.for_user(user))}


def issue_access_token(user: User) -> dict[str, str]:
    """Return a new access token under its two names in responses.

    `token` is its name in the Flask API that this one replaces, `access` its name in simplejwt.
    """
    access = str(AccessToken.for_user(user))
    return {"token": access, "access": access}
