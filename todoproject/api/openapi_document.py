"""The OpenAPI document as it is served: generated once per process, and rendered once per format and prefix."""

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)

# application/json, application/vnd.oai.openapi+json, application/yaml and application/vnd.oai.openapi
RENDERERS = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer)

# A process usually serves one prefix, in two formats. The limit is for clients that ask for many, such as by `indent`.
MAX_RENDERED_DOCUMENTS = 8


class RenderedDocument(NamedTuple):
    """The document in one format, with the media type and the entity tag that it is sent with."""

    body: bytes
    content_type: str
    etag: str


@lru_cache(maxsize=1)
def get_openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document. It is generated once per process, in about half a second."""
    return SchemaGenerator().get_schema(request=None, public=True)


@lru_cache(maxsize=MAX_RENDERED_DOCUMENTS)
def render_openapi_document(media_type: str, indent: int | None, prefix: str) -> RenderedDocument:
    """Return the rendered document of a server below a prefix, such as /dev; `indent` is for JSON only."""
    document = get_openapi_document()
    if prefix:
        document = {**document, "servers": [{"url": prefix}]}
    [renderer] = (each() for each in RENDERERS if each.media_type == media_type)
    body = renderer.render(document, renderer_context={"indent": indent})
    content_type = f"{media_type}; charset={renderer.charset}" if renderer.charset else media_type
    digest = hashlib.sha256(content_type.encode() + body).hexdigest()
    return RenderedDocument(body, content_type, f'"{digest[:32]}"')
