"""Views of the OpenAPI document, as JSON, YAML and a page."""

from typing import Any

from django.urls import get_script_prefix
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from todoproject.api.openapi import get_openapi_document
from todoproject.api.renderers import JSONRenderer


class JSONErrorsView(APIView):
    """A public view that renders its errors as JSON, whatever the format of its content."""

    schema = None
    authentication_classes = ()
    permission_classes = (AllowAny,)
    metadata_class = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "exception", False):
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


class SchemaView(JSONErrorsView):
    """The OpenAPI 3 document, as JSON or YAML."""

    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer)

    def get(self, request: Request) -> Response:
        prefix = get_script_prefix().rstrip("/")
        return Response({**get_openapi_document(), "servers": [{"url": prefix}]} if prefix else get_openapi_document())


class DocsView(JSONErrorsView, SpectacularSwaggerView):
    """The OpenAPI document as a Swagger UI page."""

    url_name = "schema"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"  # It contains a CSRF token.
        return response
