"""Authentication of requests by the token in their `Authorization` header."""

from typing import Any, TypeVar, cast

from rest_framework.request import Request
from rest_framework_simplejwt import authentication, tokens
from rest_framework_simplejwt.exceptions import ExpiredTokenError, InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings

from accounts.exceptions import ExpiredToken, InvalidAccountOrToken
from accounts.models import User
from accounts.tokens import VERSION_CLAIM, AccessToken, RefreshToken
from todoproject.api.exceptions import UnusableAuthorization
from todoproject.api.integers import MAX_INTEGER, parse_integer

TokenType = TypeVar("TokenType", bound=tokens.Token)

SCHEMES = {name.lower().encode() for name in api_settings.AUTH_HEADER_TYPES}


class JWTAuthentication(authentication.JWTAuthentication):
    """Accepts `Authorization: JWT <token>` and `Bearer <token>`, the scheme in any case."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token; None for another scheme. Raises UnusableAuthorization (401) unless one token follows."""
        scheme, *rest = header.split() or [b""]
        if scheme.lower() not in SCHEMES:
            return None
        if len(rest) != 1:
            raise UnusableAuthorization
        return rest[0]

    def get_validated_token(self, raw_token: bytes) -> AccessToken:
        return decode_token(AccessToken, raw_token)

    def get_user(self, validated_token: Any) -> Any:
        return authenticate_token(validated_token)


def decode_token(token_class: type[TokenType], text: Any) -> TokenType:
    """Return a verified token. Raises ExpiredToken or InvalidToken (401)."""
    try:
        return token_class(text)
    except ExpiredTokenError:
        raise ExpiredToken from None
    except TokenError as error:
        raise InvalidToken(str(error)) from None


def authenticate_refresh_token(text: str) -> User:
    """Return the user of a refresh token. Raises 401 if it cannot be used."""
    return authenticate_token(decode_token(RefreshToken, text))


def authenticate_token(token: tokens.Token) -> User:
    """Return the active user of a verified token, in one query. Raises InvalidAccountOrToken (401) if it is revoked."""
    user_id, version = token.get("user_id"), token.get(VERSION_CLAIM)
    pk = parse_integer(user_id) if isinstance(user_id, str) else None
    if pk is None or type(version) is not int or not 0 <= version <= MAX_INTEGER:
        raise InvalidAccountOrToken
    user = User.objects.get_by_token(pk, version)
    if user is None:
        raise InvalidAccountOrToken
    return user


def logged_in_user(request: Request) -> User:
    """Return the authenticated user. For views that require a login only."""
    return cast(User, request.user)
