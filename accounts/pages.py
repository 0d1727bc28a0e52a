"""Pages for people who forgot their password: one asks for a mail, the other is where its link leads."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView

from accounts import password_resets, throttling
from accounts.emails import normal_email
from accounts.exceptions import InvalidResetLinkError


class ResetForm(forms.Form):
    email = forms.CharField(label="E-mail address", widget=forms.EmailInput(attrs={"autofocus": True}))

    def clean_email(self) -> str:
        return normal_email(self.cleaned_data["email"])


class Page(FormView):
    """A page of one form, and what is said when it has been sent. No cache stores it."""

    template_name = "accounts/page.html"

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response = super().render_to_response(context, **options)
        response["Cache-Control"] = "no-store"
        return response

    def say(self, text: str, view: str, link: str, *, status: int = 200) -> HttpResponse:
        """Answer with a text, and a link to another view, instead of the form."""
        context = self.get_context_data(form=None, said=text, link=link, address=reverse(view))
        return self.render_to_response(context, status=status)


class ResetPage(Page):
    """Asks for the address that a mail shall go to."""

    form_class = ResetForm
    extra_context = {"title": "Forgot your password?", "submit": "Send me a link"}  # noqa: RUF012 (as in Django)

    def form_valid(self, form: ResetForm) -> HttpResponse:
        password_resets.ask(self.request, form.cleaned_data["email"])
        return self.say(password_resets.ASKED, "rest_framework:login", "Log in")


class NewPasswordPage(Page):
    """Where the link of a mail leads: sets a new password."""

    form_class = SetPasswordForm
    extra_context = {"title": "Choose a new password", "submit": "Set password"}  # noqa: RUF012 (as in Django)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user = password_resets.user_of_link(kwargs["uid"], kwargs["token"])
        if self.user is None and request.method == "POST":
            self.count()
        return super().dispatch(request, *args, **kwargs) if self.user else self.no_such_link()

    def count(self) -> None:
        """Count a confirmation, which is no new password that was refused."""
        throttling.reserve(throttling.by_address("reset", self.request))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.user}

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        self.count()
        if not password_resets.set_password(form.user, form.cleaned_data["new_password1"]):
            return self.no_such_link()
        return self.say("Your new password is set.", "rest_framework:login", "Log in")

    def no_such_link(self) -> HttpResponse:
        return self.say(InvalidResetLinkError.TEXT, "admin_password_reset", "Ask for a new link", status=400)
