"""The endpoints below `/auth/`: sign-up, login, tokens, the account and its password."""

from typing import Any

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from accounts import password_resets, serializers
from accounts.authentication import authenticate_refresh_token, logged_in_user
from accounts.throttling import Attempt, reserve
from accounts.tokens import issue_access_token, issue_tokens
from todoproject.api.serializers import EmptySerializer
from todoproject.api.views import StrictView

PUBLIC_VIEW_OPTIONS: dict[str, Any] = {"authentication_classes": (), "permission_classes": (AllowAny,)}


def post_action(serializer_class: type[Serializer], **options: Any) -> Any:
    """Return the decorator of a POST endpoint. Its responses may contain tokens, so they are not cached."""
    return action(
        detail=False, methods=["post"], serializer_class=serializer_class, cache_control="no-store", **options
    )


class AccountViewSet(StrictView, GenericViewSet):
    """Accounts. Send tokens as `Authorization: JWT <token>` or `Authorization: Bearer <token>`."""

    delete_needs_password = True  # The browsable API shows a field for it.

    def get_validated_serializer(self, request: Request) -> Any:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer

    @post_action(serializers.SignupSerializer, **PUBLIC_VIEW_OPTIONS)
    def signup(self, request: Request) -> Response:
        """Create an account, and get its first tokens."""
        serializer = self.get_validated_serializer(request)
        reserve(Attempt.for_client("signup", request))
        user = serializer.save()
        return Response({"message": serializers.SIGNED_UP_MESSAGE, **issue_tokens(user)})

    @post_action(serializers.LoginSerializer, **PUBLIC_VIEW_OPTIONS)
    def login(self, request: Request) -> Response:
        """Get tokens for an e-mail address and its password."""
        # Rate limits: accounts/backends.py.
        user = self.get_validated_serializer(request).validated_data["user"]
        return Response(issue_tokens(user))

    @post_action(serializers.RefreshSerializer, **PUBLIC_VIEW_OPTIONS)
    def refresh(self, request: Request) -> Response:
        """Get a new access token for a refresh token. The refresh token stays valid until it expires."""
        refresh_token = self.get_validated_serializer(request).validated_data["refresh"]
        reserve(Attempt.for_client("refresh", request))
        return Response(issue_access_token(authenticate_refresh_token(refresh_token)))

    @post_action(EmptySerializer)
    def logout(self, request: Request) -> Response:
        """Revoke every token and browser session of the user at once, on every device."""
        self.get_validated_serializer(request)
        logged_in_user(request).revoke_tokens()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=False, methods=["get"], serializer_class=serializers.AccountSerializer)
    def me(self, request: Request) -> Response:
        """Read your account."""
        return Response(self.get_serializer(request.user).data)

    @me.mapping.delete
    def delete_me(self, request: Request) -> Response:
        """Delete your account and everything in it, permanently. Send your password to confirm."""
        self.get_validated_serializer(request)
        request.user.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_serializer_class(self) -> Any:
        """Return the action's serializer: on the same URL, DELETE needs another one than GET."""
        return serializers.DeleteAccountSerializer if self.action == "delete_me" else super().get_serializer_class()

    @post_action(serializers.ChangePasswordSerializer)
    def password(self, request: Request) -> Response:
        """Change your password, and get new tokens. All older tokens and sessions are revoked at once."""
        new_password = self.get_validated_serializer(request).validated_data["new_password"]
        user = logged_in_user(request)
        user.change_password(new_password)
        return Response(issue_tokens(user))

    @post_action(serializers.PasswordResetSerializer, url_path="password/reset", **PUBLIC_VIEW_OPTIONS)
    def reset(self, request: Request) -> Response:
        """Request a mail with a link that sets a new password."""
        email = self.get_validated_serializer(request).validated_data["email"]
        password_resets.request_reset(request, email)
        return Response({"message": password_resets.RESET_REQUESTED_MESSAGE}, status=status.HTTP_202_ACCEPTED)

    @post_action(serializers.ConfirmResetSerializer, url_path="password/reset/confirm", **PUBLIC_VIEW_OPTIONS)
    def confirm(self, request: Request) -> Response:
        """Set a new password with the `uid` and `token` from the link in a reset mail."""
        data = self.get_validated_serializer(request).validated_data
        password_resets.reserve_reset_attempt(request)
        user = password_resets.get_reset_link_user(data["uid"], data["token"])
        serializers.validate_new_password(data["new_password"], user, field="new_password")
        password_resets.set_password(user, data["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)
