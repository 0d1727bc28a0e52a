"""The errors of accounts that clients receive, each with its code and text."""

from rest_framework.exceptions import AuthenticationFailed, Throttled, ValidationError

from todoproject.api.exceptions import field_error


class InvalidAccountOrToken(AuthenticationFailed):
    """401: the token was revoked, or the account deactivated or deleted, perhaps while the request was running."""

    default_detail = "This account or token is no longer valid. Log in again."
    default_code = "token_not_valid"


class ExpiredToken(AuthenticationFailed):
    """401: the token was valid, but its time is over. A new access token can be had with the refresh token."""

    default_detail = "This token has expired. Get a new access token at /auth/refresh/, or log in again."
    default_code = "token_expired"


class TooManyAttempts(Throttled):
    """429: the attempt exceeds a rate limit. `Retry-After` is the number of seconds to wait."""

    default_detail = "Too many attempts."
    extra_detail_singular = "Try again in {wait} second."
    extra_detail_plural = "Try again in {wait} seconds."

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class InvalidResetLinkError(ValidationError):
    """400: the link of a reset mail is malformed, expired or already used."""

    default_detail = "This reset link is invalid or has expired. Request a new one."
    default_code = "invalid_token"

    def __init__(self) -> None:
        super().__init__(field_error("token", self.default_detail, self.default_code).detail)
