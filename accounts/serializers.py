"""The request and response bodies of the account endpoints.

The docstring of each serializer is its description in the published OpenAPI document.
"""

from typing import Any

from django.contrib.auth import authenticate, password_validation
from django.core import exceptions
from django.db import IntegrityError, transaction
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from accounts import passwords
from accounts.email_addresses import normalize_email
from accounts.models import User
from accounts.throttling import check_current_password
from todoproject.api.exceptions import field_error
from todoproject.api.fields import StringField
from todoproject.api.serializers import StrictSerializer

SIGNED_UP_MESSAGE = "Sign up successfully"  # The text of the Flask API that this one replaces.

EMAIL_INPUT = {"input_type": "email"}
# In the browsable API's forms: an input that never shows the submitted value again.
SECRET_INPUT = {"base_template": "secret.html"}


class PasswordField(StringField):
    """A password, which is never trimmed and never shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(write_only=True, trim_whitespace=False, style=SECRET_INPUT, **kwargs)


class NewPasswordField(PasswordField):
    """A password to set, in its normal form. The settings have its rules, which need the user."""

    def to_internal_value(self, data: Any) -> str:
        return passwords.normalize_password(super().to_internal_value(data))


class EmailField(StringField):
    """An e-mail address, in its normal form."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return normalize_email(text)
        except exceptions.ValidationError as error:
            raise ValidationError(error.messages, code=error.code) from None


class TokenField(serializers.Field):
    """Any string, even a blank one: the view refuses an invalid token with 401."""

    default_error_messages = {"invalid": "Not a valid string."}  # noqa: RUF012 (as in every field of DRF)
    initial = ""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


def validate_new_password(password: str, user: User, *, field: str) -> None:
    """Raise ValidationError (400) for a password that breaks rules, with one error for each rule."""
    try:
        password_validation.validate_password(password, user)
    except exceptions.ValidationError as error:
        raise ValidationError({field: serializers.as_serializer_error(error)["non_field_errors"]}) from None


class SignupSerializer(StrictSerializer):
    """The e-mail address and password of a new account."""

    email = EmailField(style=EMAIL_INPUT)
    password = NewPasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        validate_new_password(attrs["password"], User(email=attrs["email"]), field="password")
        return attrs

    def create(self, validated_data: dict[str, str]) -> User:
        """Insert the user. The unique constraint decides, so only one of several concurrent sign-ups succeeds."""
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError:
            # The text of the Flask API that this one replaces.
            raise field_error("email", "Email already exists.", "unique") from None


class LoginSerializer(StrictSerializer):
    """The e-mail address and password of an account."""

    email = StringField(style=EMAIL_INPUT)
    password = PasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, Any]:
        """Authenticate the user, through accounts.backends, which raises TooManyAttempts (429) beyond a rate limit.

        An unknown address, a wrong password and an inactive user give the same error after the same time.
        """
        user = authenticate(self.context["request"], **attrs)
        if user is None:
            raise ValidationError("Invalid credentials", code="invalid_credentials")
        return {"user": user}


class RefreshSerializer(StrictSerializer):
    """A refresh token from a login or a sign-up."""

    refresh = TokenField(style=SECRET_INPUT)


class CurrentPasswordField(PasswordField):
    """The password of the user who sends the request. Wrong passwords count as attempts."""

    def run_validation(self, data: Any = empty) -> str:
        password = super().run_validation(data)
        if not check_current_password(self.context["request"].user, password):
            raise ValidationError("This is not your current password.", code="wrong_password")
        return password


class DeleteAccountSerializer(StrictSerializer):
    """The account's password, to confirm its deletion."""

    password = CurrentPasswordField()


class ChangePasswordSerializer(StrictSerializer):
    """The account's current password and the new one."""

    current_password = CurrentPasswordField()
    new_password = NewPasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        validate_new_password(attrs["new_password"], self.context["request"].user, field="new_password")
        return attrs


class PasswordResetSerializer(StrictSerializer):
    """The e-mail address of the account whose password was forgotten."""

    email = EmailField(style=EMAIL_INPUT)


class ConfirmResetSerializer(StrictSerializer):
    """The last two parts of a reset link's path, and the new password."""

    uid = StringField(trim_whitespace=False)
    token = StringField(trim_whitespace=False, style=SECRET_INPUT)
    new_password = NewPasswordField()


class AccountSerializer(serializers.ModelSerializer):
    """The account of the user who sends the request."""

    class Meta:
        model = User
        fields = ("email", "created_at", "revision")
        read_only_fields = fields


class AccessTokenSerializer(serializers.Serializer):
    """A new access token, under two names: `token` and `access` are the same string."""

    token = serializers.CharField()
    access = serializers.CharField()


class TokenPairSerializer(AccessTokenSerializer):
    """A new access token, as `token` and as `access`, and a refresh token to get more of them."""

    refresh = serializers.CharField()


class MessageSerializer(serializers.Serializer):
    """A message for people."""

    message = serializers.CharField()


class SignedUpSerializer(MessageSerializer, TokenPairSerializer):
    """The first tokens of a new account."""
