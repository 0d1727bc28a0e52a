"""What the account calls take and give."""

from typing import Any

from django.contrib.auth import authenticate, password_validation
from django.core import exceptions
from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts import throttling
from accounts.emails import normal_email
from accounts.models import User
from todoproject.api.fields import StringField
from todoproject.api.serializers import StrictSerializer

# In a form of a page: what was typed is not shown again.
SECRET = {"base_template": "secret.html"}


class PasswordField(StringField):
    """A password, never trimmed and never shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(write_only=True, trim_whitespace=False, style=SECRET, **kwargs)


class EmailField(StringField):
    """An address, in its normal form."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return normal_email(text)
        except exceptions.ValidationError as error:
            raise ValidationError(error.messages, code=error.code) from None


def check_new_password(password: str, user: User, *, field: str) -> None:
    """Refuse a password that breaks a rule, with one error a rule."""
    try:
        password_validation.validate_password(password, user)
    except exceptions.ValidationError as error:
        raise ValidationError({field: serializers.as_serializer_error(error)["non_field_errors"]}) from None


class SignupSerializer(StrictSerializer):
    email = EmailField(style={"input_type": "email"})
    password = PasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        check_new_password(attrs["password"], User(email=attrs["email"]), field="password")
        return attrs

    def create(self, validated_data: dict[str, str]) -> User:
        """Insert, and let the database decide: of signups that race, one is first."""
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError:
            raise ValidationError({"email": "Email already exists."}, code="unique") from None


class LoginSerializer(StrictSerializer):
    email = StringField(style={"input_type": "email"})
    password = PasswordField()

    def validate(self, attrs: dict[str, str]) -> dict[str, Any]:
        """The same work and the same answer for an unknown e-mail, a wrong password and an inactive user."""
        user = authenticate(self.context["request"], **attrs)
        if user is None:
            raise ValidationError("Invalid credentials", code="invalid_credentials")
        return {"user": user}


@extend_schema_field(str)
class TokenField(serializers.Field):
    """Any string: one that is no token at all is refused as one that is no good, not as no string."""

    default_error_messages = {"invalid": "Not a valid string."}  # noqa: RUF012 (as in every field of DRF)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class RefreshSerializer(StrictSerializer):
    refresh = TokenField(style=SECRET)


class CurrentPasswordMixin:
    """A password that must be the signed-in user's own; wrong ones are throttled."""

    def check_current(self, password: str) -> str:
        user: User = self.context["request"].user  # type: ignore[attr-defined]
        if not throttling.checked_password(user, password):
            raise ValidationError("This is not your current password.", code="wrong_password")
        return password


class DeleteAccountSerializer(CurrentPasswordMixin, StrictSerializer):
    password = PasswordField()

    def validate_password(self, value: str) -> str:
        return self.check_current(value)


class ChangePasswordSerializer(CurrentPasswordMixin, StrictSerializer):
    current_password = PasswordField()
    new_password = PasswordField()

    def validate_current_password(self, value: str) -> str:
        return self.check_current(value)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        check_new_password(attrs["new_password"], self.context["request"].user, field="new_password")
        return attrs


class ResetSerializer(StrictSerializer):
    email = EmailField(style={"input_type": "email"})


class ConfirmResetSerializer(StrictSerializer):
    uid = StringField(trim_whitespace=False)
    token = StringField(trim_whitespace=False, style=SECRET)
    new_password = PasswordField()


class AccountSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ("email", "created_at", "revision")
        read_only_fields = fields


class AccessSerializer(serializers.Serializer):
    """A new access token, under the original's name and simplejwt's."""

    token = serializers.CharField()
    access = serializers.CharField()


class TokensSerializer(AccessSerializer):
    refresh = serializers.CharField()


class MessageSerializer(serializers.Serializer):
    message = serializers.CharField()


class SignedUpSerializer(MessageSerializer, TokensSerializer):
    pass
