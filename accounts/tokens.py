"""JSON Web Tokens that carry the user's token version, so that they can be revoked."""

from typing import Any

from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError

from accounts.exceptions import AccountGone
from accounts.models import User
from todoproject.api.integers import parse_integer

VERSION_CLAIM = "token_version"


class SafeDecoding:
    """A token whose header or claims make no sense is an invalid token, whatever it makes Python raise."""

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        try:
            super().__init__(token, verify)  # type: ignore[call-arg]
        except (ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError):
            raise TokenError("Token is invalid") from None


class VersionedToken(SafeDecoding):
    """A token with the version that its user's tokens have now."""

    @classmethod
    def for_user(cls, user: User) -> Any:
        token = super().for_user(user)  # type: ignore[misc]
        token[VERSION_CLAIM] = user.token_version
        return token


class AccessToken(VersionedToken, tokens.AccessToken):  # type: ignore[misc]
    """A quarter of an hour of access."""


class RefreshToken(VersionedToken, tokens.RefreshToken):  # type: ignore[misc]
    """Two weeks of new access tokens; it is not rotated, so that parallel refreshes log nobody out."""


def tokens_for(user: User) -> dict[str, str]:
    """Return a new pair as the API shows it."""
    return {**access_for(user), "refresh": str(RefreshToken.for_user(user))}


def access_for(user: User) -> dict[str, str]:
    """Return a new access token as the API shows it: `token` is the original's name for `access`."""
    access = str(AccessToken.for_user(user))
    return {"token": access, "access": access}


def user_of_refresh(text: str) -> User:
    """Return the user of a signed, unexpired refresh token whose version is still theirs.

    InvalidToken or AccountGone (401) otherwise.
    """
    try:
        return user_of(RefreshToken(text))
    except TokenError as error:
        raise InvalidToken(str(error)) from None


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
