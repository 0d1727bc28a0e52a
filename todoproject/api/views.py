"""What every view of the API does, the root that links to everything, and the health check."""

from typing import Any

from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView

from todoproject.api.query_parameters import check_query_parameters


class StrictView(APIView):
    """Refuses a query parameter that would not be used, and says how an answer may be cached."""

    cache_control = "private, no-cache"

    def query_parameters(self) -> set[str]:
        """The parameters that this call knows; `format` is known everywhere."""
        return {"format"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_query_parameters(request, self.query_parameters())

    def get_authenticate_header(self, request: Request) -> str:
        """A 401 names the scheme on public calls as well; without a name DRF would make it a 403."""
        return 'JWT realm="api"'

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        html = response.accepted_renderer.format == "api"
        response["Cache-Control"] = "no-store" if html else self.cache_control
        patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
        return response


class UncachedView(APIView):
    """An answer that is about this moment."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response
