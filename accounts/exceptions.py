from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, Throttled, ValidationError


class AccountGone(AuthenticationFailed):
    """The account, or the token, was revoked or deleted while the request was under way."""

    default_detail = "This account or token is no longer valid. Log in again."
    default_code = "token_not_valid"


class TooManyAttempts(Throttled):
    """A throttle refuses; `Retry-After` says for how many seconds."""

    default_detail = "Too many tries."
    extra_detail_singular = "Try again in {wait} second."
    extra_detail_plural = "Try again in {wait} seconds."


class InvalidResetLinkError(ValidationError):
    """A link of a reset mail that is no good, or no longer."""

    TEXT = "This link is not valid, or no longer: it works once, and for an hour."

    def __init__(self) -> None:
        super().__init__({"token": [ErrorDetail(self.TEXT, code="invalid_token")]})
