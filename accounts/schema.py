"""OpenAPI annotations of the account endpoints: names, responses and examples."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema

from accounts import serializers
from accounts.password_resets import RESET_REQUESTED_MESSAGE


def request_example(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


def response_example(value: dict[str, Any], status: int = 200) -> OpenApiExample:
    return OpenApiExample("Response", value, response_only=True, status_codes=[str(status)])


PASSWORD = "<your password>"  # noqa: S105 (a placeholder)
NEW_PASSWORD = "<your new password>"  # noqa: S105 (a placeholder)
CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}
ACCESS = {"token": "eyJhbGciOi…", "access": "eyJhbGciOi…"}
TOKENS = {**ACCESS, "refresh": "eyJhbGciOi…"}

SIGNUP = extend_schema(
    operation_id="signup",
    summary="Sign up",
    responses={200: serializers.SignedUpSerializer},
    examples=[
        request_example(CREDENTIALS),
        response_example({"message": serializers.SIGNED_UP_MESSAGE, **TOKENS}),
    ],
)

LOGIN = extend_schema(
    operation_id="login",
    summary="Log in",
    responses={200: serializers.TokenPairSerializer},
    examples=[request_example(CREDENTIALS), response_example(TOKENS)],
)

REFRESH = extend_schema(
    operation_id="refresh",
    summary="Get a new access token",
    responses={200: serializers.AccessTokenSerializer},
    examples=[request_example({"refresh": "eyJhbGciOi…"}), response_example(ACCESS)],
)

LOGOUT = extend_schema(operation_id="logout", summary="Log out on every device", request=None, responses={204: None})

READ_ACCOUNT = extend_schema(
    operation_id="read_account",
    summary="Read the account",
    examples=[response_example({"email": "ada@example.com", "created_at": "2026-11-22T08:00:00Z", "revision": 12})],
)

DELETE_ACCOUNT = extend_schema(
    operation_id="delete_account",
    summary="Delete the account",
    request=serializers.DeleteAccountSerializer,
    responses={204: None},
    examples=[request_example({"password": PASSWORD})],
)

CHANGE_PASSWORD = extend_schema(
    operation_id="change_password",
    summary="Change the password",
    responses={200: serializers.TokenPairSerializer},
    examples=[
        request_example({"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
        response_example(TOKENS),
    ],
)

REQUEST_RESET = extend_schema(
    operation_id="reset_password",
    summary="Ask for a reset mail",
    responses={202: serializers.MessageSerializer},
    examples=[
        request_example({"email": "ada@example.com"}),
        response_example({"message": RESET_REQUESTED_MESSAGE}, status=202),
    ],
)

CONFIRM_RESET = extend_schema(
    operation_id="confirm_reset",
    summary="Set a new password by a reset link",
    responses={204: None},
    examples=[request_example({"uid": "Nw", "token": "d2k1ab-5f…", "new_password": NEW_PASSWORD})],
)
