"""Pages without a form: the docs, and addresses that browsers and password managers know."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.views.generic import RedirectView, View
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from todoproject.api.schema_views import JSONErrorsView
from todoproject.api.views import UncachedView


class DocsView(UncachedView, JSONErrorsView):
    """The OpenAPI document in Swagger UI."""

    renderer_classes = (TemplateHTMLRenderer,)

    def get(self, request: Request) -> Response:
        return Response(template_name="web/docs.html")


class CsrfTokenView(View):
    """The CSRF token that a script sends as `X-CSRFToken` with a write in the browser's session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"csrf_token": get_token(request)}, headers={"Cache-Control": "no-store"})


class ChangePasswordRedirect(RedirectView):
    """https://w3c.github.io/webappsec-change-password-url/"""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return reverse("account-password")


class IconRedirect(RedirectView):
    """`/favicon.ico`, which browsers request for pages without an icon of their own, such as JSON."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return static("web/icon-192.png")
