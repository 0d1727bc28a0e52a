"""HTML pages to request a reset link, and to set a new password with it."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView

from accounts import password_resets
from accounts.email_addresses import normalize_email
from accounts.exceptions import InvalidResetLinkError


class RequestResetForm(forms.Form):
    email = forms.CharField(label="E-mail address", widget=forms.EmailInput(attrs={"autofocus": True}))

    def clean_email(self) -> str:
        return normalize_email(self.cleaned_data["email"])


class FormPage(FormView):
    """A page with one form, or with a message instead of it. It is never cached."""

    template_name = "accounts/form_page.html"

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response = super().render_to_response(context, **options)
        response["Cache-Control"] = "no-store"
        return response

    def render_message(self, message: str, view: str, link_text: str, *, status: int = 200) -> HttpResponse:
        """Return the page with a message and a link to another view instead of the form."""
        context = self.get_context_data(form=None, message=message, link_text=link_text, link_url=reverse(view))
        return self.render_to_response(context, status=status)


class RequestResetPage(FormPage):
    """Asks for an e-mail address, and sends a reset link to it."""

    form_class = RequestResetForm
    extra_context = {"title": "Forgot your password?", "submit": "Send me a link"}  # noqa: RUF012 (as in Django)

    def form_valid(self, form: RequestResetForm) -> HttpResponse:
        password_resets.request_reset(self.request, form.cleaned_data["email"])
        return self.render_message(password_resets.RESET_REQUESTED_MESSAGE, "rest_framework:login", "Log in")


class NewPasswordPage(FormPage):
    """Sets a new password; the link of a reset mail leads here.

    A confirmation counts as an attempt unless its new password is refused, because typing errors are common.
    """

    form_class = SetPasswordForm
    extra_context = {"title": "Choose a new password", "submit": "Set password"}  # noqa: RUF012 (as in Django)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.user = password_resets.get_reset_link_user(kwargs["uid"], kwargs["token"])
        except InvalidResetLinkError:
            if request.method == "POST":
                password_resets.reserve_reset_attempt(request)
            return self.render_invalid_link()
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.user}

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        password_resets.reserve_reset_attempt(self.request)
        try:
            password_resets.set_password(form.user, form.cleaned_data["new_password1"])
        except InvalidResetLinkError:
            return self.render_invalid_link()
        return self.render_message("Your new password is set.", "rest_framework:login", "Log in")

    def render_invalid_link(self) -> HttpResponse:
        message = InvalidResetLinkError.default_detail
        return self.render_message(message, "admin_password_reset", "Request a new link", status=400)
