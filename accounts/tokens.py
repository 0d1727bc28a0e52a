"""JSON Web Tokens that carry the user's token version, so that they can be revoked."""

from typing import Any, cast

from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from accounts.exceptions import AccountGone
from accounts.models import User
from todoproject.numbers import parse_integer

VERSION_CLAIM = "token_version"


class SafeDecoding:
    """A token whose header or claims make no sense is an invalid token, whatever it makes Python raise."""

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        try:
            super().__init__(token, verify)  # type: ignore[call-arg]
        except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError):
            raise TokenError("Token is invalid") from None


class AccessToken(SafeDecoding, tokens.AccessToken):
    """A quarter of an hour of access."""


class RefreshToken(SafeDecoding, tokens.RefreshToken):
    """Two weeks of new access tokens; it is not rotated, so that parallel refreshes log nobody out."""

    access_token_class = AccessToken

    @classmethod
    def for_user(cls, user: User) -> "RefreshToken":  # type: ignore[override]
        token = cast(RefreshToken, super().for_user(user))
        token[VERSION_CLAIM] = user.token_version
        return token


def tokens_for(user: User) -> dict[str, str]:
    """Return a new pair as the API shows it: `token` is the original's name for `access`."""
    refresh = RefreshToken.for_user(user)
    return {**access_for(refresh), "refresh": str(refresh)}


def access_for(refresh: RefreshToken) -> dict[str, str]:
    access = str(refresh.access_token)
    return {"token": access, "access": access}


def checked_refresh(text: str) -> RefreshToken:
    """Return a signed, unexpired refresh token whose version is still the user's; InvalidToken or AccountGone (401)."""
    try:
        token = RefreshToken(text)
    except TokenError as error:
        raise InvalidToken(str(error)) from None
    user_of(token)
    return token


def user_of(token: tokens.Token) -> User:
    """Return the active user whose present token version the token carries, in one statement; AccountGone otherwise."""
    user_id, version = token.get("user_id"), token.get(VERSION_CLAIM)
    pk = parse_integer(user_id) if isinstance(user_id, str) else None
    if pk is None or type(version) is not int:
        raise AccountGone
    try:
        return User.objects.get(pk=pk, token_version=version, is_active=True)
    except User.DoesNotExist:
        raise AccountGone from None
