"""Signing up and in, tokens, and the account itself."""

from typing import Any, cast

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import password_resets, serializers, throttling
from accounts.exceptions import InvalidResetLinkError
from accounts.models import User
from accounts.tokens import access_for, tokens_for, user_of_refresh
from todoproject.api.serializers import EmptySerializer
from todoproject.api.views import StrictView

PUBLIC: dict[str, Any] = {"authentication_classes": (), "permission_classes": (AllowAny,)}
NO_STORE: dict[str, Any] = {"cache_control": "no-store"}

CREDENTIALS = {"email": "ada@example.com", "password": "correct horse battery"}
ACCESS = {"token": "eyJhbGciOi…", "access": "eyJhbGciOi…"}
TOKENS = {**ACCESS, "refresh": "eyJhbGciOi…"}


def sent(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Request", value, request_only=True)


def answered(value: dict[str, Any], status: int = 200) -> OpenApiExample:
    return OpenApiExample("Answer", value, response_only=True, status_codes=[str(status)])


class AccountViewSet(StrictView, GenericViewSet):
    """Accounts. Tokens are sent as `Authorization: JWT <token>` or `Authorization: Bearer <token>`."""

    def valid(self, request: Request) -> Any:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer

    @extend_schema(
        operation_id="signup",
        responses={200: serializers.SignedUpSerializer},
        examples=[sent(CREDENTIALS), answered({"message": "Sign up successfully", **TOKENS})],
    )
    @action(detail=False, methods=["post"], serializer_class=serializers.SignupSerializer, **PUBLIC, **NO_STORE)
    def signup(self, request: Request) -> Response:
        """Make an account, and get its first tokens.

        The e-mail address is kept in one normal form (NFKC, trimmed, lower-case, IDNA) and belongs to one account.
        The password has 8 to 128 characters, is no common one, not like the address, and not digits only.
        """
        serializer = self.valid(request)
        throttling.reserve(throttling.by_address("signup", request))
        user = serializer.save()
        return Response({"message": "Sign up successfully", **tokens_for(user)})

    @extend_schema(
        operation_id="login",
        responses={200: serializers.TokensSerializer},
        examples=[sent(CREDENTIALS), answered(TOKENS)],
    )
    @action(detail=False, methods=["post"], serializer_class=serializers.LoginSerializer, **PUBLIC, **NO_STORE)
    def login(self, request: Request) -> Response:
        """Get tokens for an e-mail address and its password.

        `Invalid credentials` is the answer to an unknown address, a wrong password and an inactive account alike.
        """
        user = self.valid(request).validated_data["user"]
        return Response(tokens_for(user))

    @extend_schema(
        operation_id="refresh",
        responses={200: serializers.AccessSerializer},
        examples=[sent({"refresh": "eyJhbGciOi…"}), answered(ACCESS)],
    )
    @action(detail=False, methods=["post"], serializer_class=serializers.RefreshSerializer, **PUBLIC, **NO_STORE)
    def refresh(self, request: Request) -> Response:
        """Get a new access token for a refresh token. The refresh token stays as it is."""
        text = self.valid(request).validated_data["refresh"]
        throttling.reserve(throttling.by_address("refresh", request))
        return Response(access_for(user_of_refresh(text)))

    @extend_schema(operation_id="logout", request=None, responses={204: None})
    @action(detail=False, methods=["post"], serializer_class=EmptySerializer, **NO_STORE)
    def logout(self, request: Request) -> Response:
        """End every token and browser session of the user at once, on every device."""
        self.valid(request)
        cast(User, request.user).revoke_tokens()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="read_account",
        examples=[answered({"email": "ada@example.com", "created_at": "2026-11-22T08:00:00Z", "revision": 12})],
    )
    @action(detail=False, methods=["get"], serializer_class=serializers.AccountSerializer)
    def me(self, request: Request) -> Response:
        """The signed-in account. `revision` counts the writes to its todos."""
        return Response(self.get_serializer(request.user).data)

    @extend_schema(
        operation_id="delete_account",
        request=serializers.DeleteAccountSerializer,
        responses={204: None},
        examples=[sent({"password": "correct horse battery"})],
    )
    @me.mapping.delete
    def delete_me(self, request: Request) -> Response:
        """Delete the account and all that is its own, for good. The password is asked for again."""
        serializer = serializers.DeleteAccountSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        request.user.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="change_password",
        responses={200: serializers.TokensSerializer},
        examples=[
            sent({"current_password": "correct horse battery", "new_password": "staple battery horse"}),
            answered(TOKENS),
        ],
    )
    @action(detail=False, methods=["post"], serializer_class=serializers.ChangePasswordSerializer, **NO_STORE)
    def password(self, request: Request) -> Response:
        """Change the password, and get new tokens. All older tokens and sessions are dead at once."""
        new_password = self.valid(request).validated_data["new_password"]
        user = cast(User, request.user)
        user.change_password(new_password)
        return Response(tokens_for(user))

    @extend_schema(
        operation_id="reset_password",
        responses={202: serializers.MessageSerializer},
        examples=[sent({"email": "ada@example.com"}), answered({"message": password_resets.ASKED}, status=202)],
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="password/reset",
        serializer_class=serializers.ResetSerializer,
        **PUBLIC,
        **NO_STORE,
    )
    def reset(self, request: Request) -> Response:
        """Have a link sent by e-mail that sets a new password, where the address has an account.

        The answer is the same where it has none. The link works once, for an hour, and not after any change of the
        password.
        """
        password_resets.ask(request, self.valid(request).validated_data["email"])
        return Response({"message": password_resets.ASKED}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="confirm_reset",
        responses={204: None},
        examples=[sent({"uid": "Nw", "token": "d2k1ab-5f…", "new_password": "staple battery horse"})],
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="password/reset/confirm",
        serializer_class=serializers.ConfirmResetSerializer,
        **PUBLIC,
        **NO_STORE,
    )
    def confirm(self, request: Request) -> Response:
        """Set a new password by the `uid` and `token` of such a link.

        All older tokens and sessions are dead at once.
        """
        data = self.valid(request).validated_data
        throttling.reserve(throttling.by_address("reset", request))
        user = password_resets.user_of_link(data["uid"], data["token"])
        if user is None:
            raise InvalidResetLinkError
        serializers.check_new_password(data["new_password"], user, field="new_password")
        if not password_resets.set_password(user, data["new_password"]):
            raise InvalidResetLinkError
        return Response(status=status.HTTP_204_NO_CONTENT)
