"""Base classes of the API's views."""

from typing import Any, NoReturn

from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView

from todoproject.api.exceptions import UnusableAuthorization
from todoproject.api.query_parameters import check_query_parameters

BEARER_CHALLENGE = 'Bearer realm="api"'


class StrictView(APIView):
    """A view that refuses unused query parameters, and sets how its responses may be cached."""

    cache_control = "private, no-cache"

    def allowed_query_parameters(self) -> set[str]:
        """Return the names of the query parameters that this call uses; `format` is allowed everywhere."""
        return {"format"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.allows_method(str(request.method)):
            self.http_method_not_allowed(request)
        check_query_parameters(request, self.allowed_query_parameters())

    def allows_method(self, method: str) -> bool:
        """Return whether the view has the method, so that a 405 comes before other errors of the request."""
        name = method.lower()
        return name in self.http_method_names and hasattr(self, name)

    def get_authenticate_header(self, request: Request) -> str:
        """Return the `WWW-Authenticate` header, on public views too: without it DRF turns a 401 into a 403."""
        return BEARER_CHALLENGE

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """Raise 401 or 403. If nobody is authenticated despite an `Authorization` header, say what to send."""
        if request.headers.get("Authorization", "").strip() and not request.successful_authenticator:
            raise UnusableAuthorization
        super().permission_denied(request, message, code)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        html = response.accepted_renderer.format == "api"
        response["Cache-Control"] = "no-store" if html else self.cache_control
        patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
        return response


class UncachedView(APIView):
    """A view whose responses are not cached, because they are valid only now."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response
