"""The pages that request a reset link, and set a new password with it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts import password_resets
from accounts.exceptions import InvalidResetLinkError, TooManyAttempts
from web.form_pages import FormPage, accepts_html, describe_wait
from web.forms import RequestResetForm, SetPasswordForm


class RequestResetPage(FormPage):
    """Asks for an e-mail address, and sends a reset link to it."""

    form_class = RequestResetForm
    success_page = "login"
    success_message = password_resets.RESET_REQUESTED_MESSAGE
    extra_context = {  # noqa: RUF012 (as in Django)
        "title": "Forgot your password?",
        "text": "Enter your e-mail address, and we send you a link to set a new one.",
        "submit": "Send me a link",
    }

    def form_valid(self, form: Any) -> HttpResponse:
        password_resets.request_reset(self.request, form.cleaned_data["email"])
        return super().form_valid(form)


class NewPasswordPage(FormPage):
    """Sets a new password; the link of a reset mail leads here.

    A confirmation counts as an attempt unless its new password is refused, because typing errors are common.
    """

    form_class = SetPasswordForm
    success_page = "login"
    success_message = "Your new password is set. Log in with it."
    extra_context = {"title": "Choose a new password", "submit": "Set password"}  # noqa: RUF012 (as in Django)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except InvalidResetLinkError:
            return self.refuse_link(request)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        del kwargs["request"]
        return {**kwargs, "user": password_resets.get_reset_link_user(self.kwargs["uid"], self.kwargs["token"])}

    def form_valid(self, form: Any) -> HttpResponse:
        password_resets.reserve_reset_attempt(self.request)
        try:
            password_resets.set_password(form.user, form.cleaned_data["new_password1"])
        except InvalidResetLinkError:
            return self.refuse_link(self.request, is_counted=True)
        return super().form_valid(form)

    def refuse_link(self, request: HttpRequest, *, is_counted: bool = False) -> HttpResponse:
        """Return a page that leads to a new link. Each POST counts as an attempt, so that links cannot be guessed."""
        message: str = InvalidResetLinkError.default_detail
        status = HTTPStatus.BAD_REQUEST
        if request.method == "POST" and not is_counted:
            try:
                password_resets.reserve_reset_attempt(request)
            except TooManyAttempts as error:
                if not accepts_html(request):
                    raise
                message, status = describe_wait(error.seconds), HTTPStatus.TOO_MANY_REQUESTS
        context = self.get_context_data(form=None, page_error=message)
        response = self.render_to_response(context, status=status)
        response["Cache-Control"] = "no-store"
        return response
