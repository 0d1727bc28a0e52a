"""OpenAPI annotations of the account endpoints: names, responses and examples."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema

from accounts import serializers
from accounts.password_resets import RESET_REQUESTED_MESSAGE


def request_example(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


def response_example(value: dict[str, Any], status: int = 200) -> OpenApiExample:
    return OpenApiExample("Response", value, response_only=True, status_codes=[str(status)])


CREDENTIALS = {"email": "ada@example.com", "password": "correct horse battery"}
ACCESS = {"token": "eyJhbGciOi…", "access": "eyJhbGciOi…"}
TOKENS = {**ACCESS, "refresh": "eyJhbGciOi…"}

SIGNUP = extend_schema(
    operation_id="signup",
    responses={200: serializers.SignedUpSerializer},
    examples=[
        request_example(CREDENTIALS),
        response_example({"message": serializers.SIGNED_UP_MESSAGE, **TOKENS}),
    ],
)

LOGIN = extend_schema(
    operation_id="login",
    responses={200: serializers.TokenPairSerializer},
    examples=[request_example(CREDENTIALS), response_example(TOKENS)],
)

REFRESH = extend_schema(
    operation_id="refresh",
    responses={200: serializers.AccessTokenSerializer},
    examples=[request_example({"refresh": "eyJhbGciOi…"}), response_example(ACCESS)],
)

LOGOUT = extend_schema(operation_id="logout", request=None, responses={204: None})

READ_ACCOUNT = extend_schema(
    operation_id="read_account",
    examples=[response_example({"email": "ada@example.com", "created_at": "2026-11-22T08:00:00Z", "revision": 12})],
)

DELETE_ACCOUNT = extend_schema(
    operation_id="delete_account",
    request=serializers.DeleteAccountSerializer,
    responses={204: None},
    examples=[request_example({"password": "correct horse battery"})],
)

CHANGE_PASSWORD = extend_schema(
    operation_id="change_password",
    responses={200: serializers.TokenPairSerializer},
    examples=[
        request_example({"current_password": "correct horse battery", "new_password": "staple battery horse"}),
        response_example(TOKENS),
    ],
)

REQUEST_RESET = extend_schema(
    operation_id="reset_password",
    responses={202: serializers.MessageSerializer},
    examples=[
        request_example({"email": "ada@example.com"}),
        response_example({"message": RESET_REQUESTED_MESSAGE}, status=202),
    ],
)

CONFIRM_RESET = extend_schema(
    operation_id="confirm_reset",
    responses={204: None},
    examples=[request_example({"uid": "Nw", "token": "d2k1ab-5f…", "new_password": "staple battery horse"})],
)
