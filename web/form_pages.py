"""The parts that pages with a form share: rate limits and expired forms are explained on the page itself."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware import csrf
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView
from rest_framework.exceptions import APIException

from accounts.exceptions import TooManyAttempts
from todoproject.api.errors import csrf_failure

EXPIRED_FORM = "This form had expired, so nothing was sent. Please check it and send it again."

# The failures that a new form mends; others, such as a wrong origin, are the operator's to mend.
MENDABLE_FAILURES = (csrf.REASON_NO_CSRF_COOKIE, csrf.REASON_CSRF_TOKEN_MISSING)


def describe_wait(seconds: int) -> str:
    """Return when to try again, in minutes, or in hours from two hours on, rounded up."""
    count, unit = -(-seconds // 60), "minute"
    if count >= 120:
        count, unit = -(-count // 60), "hour"
    return f"Too many attempts. Try again in {count} {unit}{'' if count == 1 else 's'}."


def accepts_html(request: HttpRequest) -> bool:
    """Return whether a person gets the response: programs get errors in the API's shape."""
    return "text/html" in request.headers.get("Accept", "")


class UncachedPageMixin:
    """A page of a user, which nobody may keep."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        response["Cache-Control"] = "no-store"
        return response


@method_decorator(sensitive_post_parameters(), name="dispatch")
class FormPage(UncachedPageMixin, FormView):
    """A page with a form. After a successful POST it redirects to `success_page` and shows `success_message` there."""

    template_name = "web/form.html"
    success_page = "account"
    success_message = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def get_success_url(self) -> str:
        return resolve_url(self.success_page)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Handle the form. Beyond a rate limit, show it again with status 429."""
        form = self.get_form()
        try:
            return self.form_valid(form) if form.is_valid() else self.form_invalid(form)
        except TooManyAttempts as error:
            if not accepts_html(request):
                raise
            message = describe_wait(error.seconds)
            response = self.render_with_error(form, message, status=HTTPStatus.TOO_MANY_REQUESTS)
            response["Retry-After"] = str(error.seconds)
            return response

    def form_valid(self, form: Any) -> HttpResponse:
        if self.success_message:
            messages.success(self.request, self.success_message)
        return HttpResponseRedirect(self.get_success_url())

    def render_with_error(self, form: Any, error: str, *, status: int) -> HttpResponse:
        """Return the page with what was typed, but for passwords, and an error above the form."""
        return self.render_to_response(self.get_context_data(form=form, page_error=error), status=status)

    @classmethod
    def render_expired(cls, request: HttpRequest) -> HttpResponseBase:
        """Return the page for a POST whose CSRF token was refused. Nothing in it is checked or done."""
        match = request.resolver_match
        view = cls()
        view.setup(request, *(match.args if match else ()), **(match.kwargs if match else {}))
        unbound = {name: value for name, value in view.get_form_kwargs().items() if name not in ("data", "files")}
        form = view.get_form_class()(**unbound | {"initial": request.POST.dict()})
        response = view.render_with_error(form, EXPIRED_FORM, status=HTTPStatus.FORBIDDEN)
        response["Cache-Control"] = "no-store"
        return response.render() if hasattr(response, "render") else response


def show_expired_form(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Return the response to a failed CSRF check: for a person, the page again; otherwise an error of the API."""
    view = getattr(getattr(request.resolver_match, "func", None), "view_class", None)
    is_mendable = reason in MENDABLE_FAILURES or reason.startswith("CSRF token from POST")
    if view and issubclass(view, FormPage) and is_mendable and accepts_html(request):
        try:
            return view.render_expired(request)
        except APIException:  # Such as a reset link that is no longer valid.
            pass
    return csrf_failure(request, reason)
