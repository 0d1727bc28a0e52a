"""The OpenAPI document, as JSON, YAML and a page."""

from typing import Any

from django.urls import get_script_prefix
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from todoproject.api.openapi import document


class JSONErrors(APIView):
    """A public view whose answer is no JSON, but whose errors are."""

    schema = None
    authentication_classes = ()
    permission_classes = (AllowAny,)
    metadata_class = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "exception", False):
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


class SchemaView(JSONErrors):
    """The OpenAPI 3 document, as JSON or YAML."""

    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer)

    def get(self, request: Request) -> Response:
        prefix = get_script_prefix().rstrip("/")
        return Response({**document(), "servers": [{"url": prefix}]} if prefix else document())


class DocsView(JSONErrors, SpectacularSwaggerView):
    """The OpenAPI document's page."""

    url_name = "schema"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"  # It has a CSRF token.
        return response
