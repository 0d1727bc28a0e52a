"""JSON Web Tokens that contain the user's token version, so that they can be revoked."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User

VERSION_CLAIM = "token_version"


class OwnTokenBackend(TokenBackend):
    """Verifies the usual token quickly: one that this API signed, with the claims that it gives, valid now.

    All other tokens are left to PyJWT, which takes ten times as long, and which raises the error for an invalid one.
    """

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        claims = self.decode_own_token(token) if isinstance(token, bytes) and verify else None
        return super().decode(token, verify) if claims is None else claims

    def decode_own_token(self, token: bytes) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(b".")
        header, _, payload = signed.partition(b".")
        if header != HEADER or not hmac.compare_digest(signature, self.sign(signed)):
            return None
        claims = json.loads(urlsafe_b64decode(payload + b"=="))
        if not isinstance(claims, dict) or claims.keys() != OWN_CLAIMS:
            return None
        expires_at, issued_at = claims.get("exp"), claims.get("iat")
        if type(expires_at) is not int or type(issued_at) is not int:
            return None
        now, leeway = time.time(), self.get_leeway().total_seconds()
        return claims if issued_at - leeway <= now < expires_at + leeway else None

    def sign(self, signed: bytes) -> bytes:
        """Return the encoded signature of a token (RFC 7515, A.1: HMAC with SHA-256)."""
        return urlsafe_b64encode(hmac.digest(self.prepared_signing_key, signed, "sha256")).rstrip(b"=")


HEADER = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
OWN_CLAIMS = {"token_type", "exp", "iat", "jti", "user_id", VERSION_CLAIM}
backend = OwnTokenBackend("HS256", api_settings.SIGNING_KEY, leeway=api_settings.LEEWAY)


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
