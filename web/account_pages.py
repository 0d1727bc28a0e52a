"""Signing up, logging in and out, and the account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.generic import TemplateView, View

from accounts.throttling import Attempt, reserve
from web.form_pages import FormPage, UncachedPageMixin
from web.forms import ChangePasswordForm, DeleteAccountForm, LoginForm, SignupForm
from web.redirects import get_next_page, get_target

# Deletes the todos that the app keeps in the browser (https://www.w3.org/TR/clear-site-data/).
CLEAR_BROWSER = {"Clear-Site-Data": '"storage"'}


class EntryPage(FormPage):
    """A page that begins a session and leads on to `next`; to someone who is logged in already, at once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_logged_in = request.user.is_authenticated
        return HttpResponseRedirect(get_target(request)) if is_logged_in else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=get_next_page(self.request), **kwargs)


class LoginPage(EntryPage):
    """Begins a session. Rate limits: accounts/backends.py."""

    form_class = LoginForm
    template_name = "web/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        login(self.request, form.get_user())
        return HttpResponseRedirect(get_target(self.request))


class SignupPage(EntryPage):
    """Creates an account and begins a session."""

    form_class = SignupForm
    template_name = "web/signup.html"

    def form_valid(self, form: Any) -> HttpResponse:
        reserve(Attempt.for_client("signup", self.request))
        if not form.save():
            return self.form_invalid(form)
        login(self.request, form.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return HttpResponseRedirect(get_target(self.request))


def end_session(request: HttpRequest, message: str) -> HttpResponse:
    """End the session of this browser, and redirect to the front page, which shows the message."""
    logout(request)
    messages.success(request, message)
    return HttpResponseRedirect(resolve_url("root"), headers=CLEAR_BROWSER)


class LogoutPage(UncachedPageMixin, TemplateView):
    """Asks whether to log out, and ends the session. The todos that the app keeps in the browser are deleted."""

    template_name = "web/logout.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return end_session(request, "You are logged out.")


def build_account_forms(request: HttpRequest) -> dict[str, Any]:
    return {
        "password_form": ChangePasswordForm(request=request),
        "delete_form": DeleteAccountForm(request=request),
    }


class AccountPage(LoginRequiredMixin, UncachedPageMixin, TemplateView):
    """The account of the user, with the forms to change the password and to delete the account."""

    template_name = "web/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**build_account_forms(self.request), **kwargs)


class AccountFormPage(LoginRequiredMixin, FormPage):
    """One of the forms of the account page. If it is refused, that page shows it with its errors."""

    template_name = "web/account.html"
    form_name: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**build_account_forms(self.request), **context, self.form_name: context["form"]}


class ChangePasswordPage(AccountFormPage):
    """Changes the password, which ends every other session of the user and revokes all tokens."""

    form_class = ChangePasswordForm
    form_name = "password_form"
    success_message = "Your password is changed. Every other device is logged out."

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        user.change_password(form.cleaned_data["new_password"])
        update_session_auth_hash(self.request, user)
        return super().form_valid(form)


class DeleteAccountPage(AccountFormPage):
    """Deletes the account and all that belongs to it."""

    form_class = DeleteAccountForm
    form_name = "delete_form"

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        user.delete()
        return end_session(self.request, "Your account and your todos are deleted.")


class LogoutEverywherePage(LoginRequiredMixin, View):
    """Revokes every token and session of the user, this one included."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        user.revoke_tokens()
        return end_session(request, "You are logged out on every device.")
