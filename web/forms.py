"""The forms of the account pages. Serializers of the API validate them, so that both have the same rules and texts."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import SetPasswordForm as DjangoSetPasswordForm
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from accounts import serializers
from accounts.models import User
from accounts.passwords import normalize_password
from todoproject.api.errors import iterate_errors

INVALID_LOGIN = "This e-mail address and password do not match an account. Check both, or reset your password."


def email_field(autocomplete: str) -> forms.CharField:
    """Return a field that the API's rules validate: a browser and Django would refuse other addresses."""
    attributes = {"autocomplete": autocomplete, "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label="E-mail address", widget=forms.EmailInput(attrs=attributes))


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    """Return a field for a password, which is never trimmed, cut, or shown again."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text)


def new_password_field(label: str = "Password") -> forms.CharField:
    return password_field(label, "new-password", "8 to 128 characters, not a common password, and not digits only.")


class SerializerForm(forms.Form):
    """A form whose values are validated by a serializer of the API with the same field names."""

    serializer_class: ClassVar[type[Serializer]]
    serializer: Any

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Validate with the serializer, unless a value is missing. Its valid data replaces what was typed."""
        if self.errors:
            return self.cleaned_data
        self.serializer = self.serializer_class(data=self.cleaned_data, context={"request": self.request})
        if self.serializer.is_valid():
            return dict(self.serializer.validated_data)
        self.add_serializer_errors(self.serializer.errors)
        return self.cleaned_data

    def add_serializer_errors(self, errors: Any) -> None:
        for _, detail, name in iterate_errors(errors):
            self.add_error(name if name in self.fields else None, detail)


class SignupForm(SerializerForm):
    serializer_class = serializers.SignupSerializer
    email = email_field("username")
    password = new_password_field()
    user: User

    def save(self) -> bool:
        """Create the user. Returns whether that succeeded; otherwise the form has the error."""
        try:
            self.user = self.serializer.save()
        except ValidationError as error:
            self.add_serializer_errors(error.detail)
            return False
        return True


class LoginForm(AuthenticationForm):
    """Django's form, for e-mail addresses, and passwords of any length."""

    username = email_field("username")
    password = password_field("Password", "current-password")
    error_messages = {"invalid_login": INVALID_LOGIN}  # noqa: RUF012 (as in Django)


class ChangePasswordForm(SerializerForm):
    serializer_class = serializers.ChangePasswordSerializer
    current_password = password_field("Current password", "current-password")
    new_password = new_password_field("New password")


class DeleteAccountForm(SerializerForm):
    serializer_class = serializers.DeleteAccountSerializer
    password = password_field("Password", "current-password")


class RequestResetForm(SerializerForm):
    serializer_class = serializers.PasswordResetSerializer
    email = email_field("username")


class SetPasswordForm(DjangoSetPasswordForm):
    """Django's form, with the password in its normal form, as the API has it."""

    def clean_new_password1(self) -> str:
        return normalize_password(self.cleaned_data["new_password1"])

    def clean_new_password2(self) -> str:
        return normalize_password(self.cleaned_data["new_password2"])
