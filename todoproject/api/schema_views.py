"""The view of the OpenAPI document, as JSON and YAML."""

from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import get_script_prefix
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from todoproject.api.entity_tags import condition_matches
from todoproject.api.openapi_document import RENDERERS, render_openapi_document
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
    """The OpenAPI 3 document, as JSON or YAML. A client that sends the `ETag` it has gets a 304 while it is current."""

    renderer_classes = RENDERERS

    def get(self, request: Request) -> HttpResponse:
        renderer: Any = request.accepted_renderer
        indent = renderer.get_indent(request.accepted_media_type, {}) if renderer.format == "json" else None
        body, content_type, etag = render_openapi_document(renderer.media_type, indent, get_script_prefix().rstrip("/"))
        # The same for every user. It changes only with a deployment, but then clients need it at once: no max-age.
        headers = {"ETag": etag, "Cache-Control": "public, no-cache"}
        if condition_matches(request.headers.get("If-None-Match", ""), etag):
            return HttpResponseNotModified(headers=headers)
        return HttpResponse(body, content_type=content_type, headers=headers)
