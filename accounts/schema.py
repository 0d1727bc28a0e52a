"""The OpenAPI description of the account endpoints: names, responses, errors and examples.

It is loaded when the document is generated, so that other requests do not wait for it.
"""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
    OpenApiViewExtension,
)
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import email_addresses, passwords, serializers
from accounts import schema_descriptions as descriptions
from accounts.exceptions import ExpiredToken, InvalidResetLinkError, TooManyAttempts
from accounts.password_resets import RESET_REQUESTED_MESSAGE
from todoproject.api.openapi import describe_view


def request_example(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


def response_example(value: dict[str, Any], status: int = 200) -> OpenApiExample:
    return OpenApiExample("Response", value, response_only=True, status_codes=[str(status)])


PASSWORD = "<your password>"  # noqa: S105 (a placeholder)
NEW_PASSWORD = "<your new password>"  # noqa: S105 (a placeholder)
CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}
ACCESS = {"token": "eyJhbGciOi…", "access": "eyJhbGciOi…"}
TOKENS = {**ACCESS, "refresh": "eyJhbGciOi…"}

OPERATIONS = {
    "signup": extend_schema(
        operation_id="signup",
        summary="Sign up",
        description=descriptions.SIGNUP,
        responses={200: serializers.SignedUpSerializer},
        examples=[
            request_example(CREDENTIALS),
            response_example({"message": serializers.SIGNED_UP_MESSAGE, **TOKENS}),
        ],
    ),
    "login": extend_schema(
        operation_id="login",
        summary="Log in",
        description=descriptions.LOGIN,
        responses={200: serializers.TokenPairSerializer},
        examples=[request_example(CREDENTIALS), response_example(TOKENS)],
    ),
    "refresh": extend_schema(
        operation_id="refresh",
        summary="Get a new access token",
        description=descriptions.REFRESH,
        responses={200: serializers.AccessTokenSerializer},
        examples=[request_example({"refresh": "eyJhbGciOi…"}), response_example(ACCESS)],
    ),
    "logout": extend_schema(
        operation_id="logout",
        summary="Log out on every device",
        description=descriptions.LOGOUT,
        request=None,
        responses={204: None},
    ),
    "me": extend_schema(
        operation_id="read_account",
        summary="Read the account",
        description=descriptions.READ,
        examples=[response_example({"email": "ada@example.com", "created_at": "2026-11-22T08:00:00Z", "revision": 12})],
    ),
    "delete_me": extend_schema(
        operation_id="delete_account",
        summary="Delete the account",
        description=descriptions.DELETE,
        request=serializers.DeleteAccountSerializer,
        responses={204: None},
        examples=[request_example({"password": PASSWORD})],
    ),
    "password": extend_schema(
        operation_id="change_password",
        summary="Change the password",
        description=descriptions.CHANGE,
        responses={200: serializers.TokenPairSerializer},
        examples=[
            request_example({"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
            response_example(TOKENS),
        ],
    ),
    "reset": extend_schema(
        operation_id="reset_password",
        summary="Request a reset mail",
        description=descriptions.RESET,
        responses={202: serializers.MessageSerializer},
        examples=[
            request_example({"email": "ada@example.com"}),
            response_example({"message": RESET_REQUESTED_MESSAGE}, status=202),
        ],
    ),
    "confirm": extend_schema(
        operation_id="confirm_reset",
        summary="Set a new password with a reset link",
        description=descriptions.CONFIRM,
        responses={204: None},
        examples=[request_example({"uid": "Nw", "token": "d2k1ab-5f…", "new_password": NEW_PASSWORD})],
    ),
}

# The errors of each action, besides those of all views.
ERRORS = {
    "signup": [TooManyAttempts(42)],
    "login": [TooManyAttempts(42)],
    "refresh": [TooManyAttempts(42), InvalidToken("Token is invalid"), ExpiredToken()],
    "delete_me": [TooManyAttempts(42)],
    "password": [TooManyAttempts(42)],
    "reset": [TooManyAttempts(42)],
    "confirm": [TooManyAttempts(42), InvalidResetLinkError()],
}


class AccountViewSetExtension(OpenApiViewExtension):
    """Adds the descriptions above to the viewset. Defining the class registers it, as for those below."""

    target_class = "accounts.views.AccountViewSet"

    def view_replacement(self) -> Any:
        return describe_view(self.target_class, OPERATIONS, ERRORS)


class TokenExtension(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.JWTAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": descriptions.BEARER_SCHEME}


class SessionExtension(OpenApiAuthenticationExtension):
    """Takes precedence over drf-spectacular's own, whose priority is lower."""

    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        cookie = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
        return cookie | {"description": descriptions.SESSION_SCHEME}


class NewPasswordFieldExtension(OpenApiSerializerFieldExtension):
    target_class = "accounts.serializers.NewPasswordField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "password", "minLength": 8, "maxLength": passwords.MAX_LENGTH}


class EmailFieldExtension(OpenApiSerializerFieldExtension):
    target_class = "accounts.serializers.EmailField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "email", "minLength": 3, "maxLength": email_addresses.MAX_LENGTH}


class TokenFieldExtension(OpenApiSerializerFieldExtension):
    target_class = "accounts.serializers.TokenField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string"}
