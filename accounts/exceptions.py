from rest_framework.exceptions import AuthenticationFailed


class AccountGone(AuthenticationFailed):
    """The account, or the token, was revoked or deleted while the request was under way."""

    default_detail = "This account or token is no longer valid. Log in again."
    default_code = "token_not_valid"
