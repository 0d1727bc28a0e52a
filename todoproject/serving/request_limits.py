"""Checks the size, codings and charset of a request before Django reads its body."""

import codecs
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ParseError

from todoproject.api.errors import error_response
from todoproject.api.exceptions import PayloadTooLarge, UnsupportedCharset, UnsupportedContentEncoding

# More digits are too large in any case, and slow to convert.
MAX_DIGITS = 20


class RequestLimitsMiddleware:
    """Refuses a body that is too large (413), not decoded from chunks (400), compressed or not in UTF-8 (415)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # `manage.py runserver` does not decode chunks.
            return error_response(
                request, ParseError("Chunked bodies are not supported by this server. Send a Content-Length.")
            )
        length = (request.META.get("CONTENT_LENGTH") or "").lstrip("0")
        if length.isdigit() and int(length[:MAX_DIGITS]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return error_response(request, PayloadTooLarge())
        if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            response = error_response(request, UnsupportedContentEncoding())
            response["Accept-Encoding"] = "identity"  # RFC 9110, 15.5.16
            return response
        if not is_utf8(request.content_params.get("charset", "utf-8")):  # type: ignore[union-attr]
            request.encoding = "utf-8"  # Otherwise Django would encode the response in the charset of the request.
            return error_response(request, UnsupportedCharset())
        return self.get_response(request)


def is_utf8(charset: str) -> bool:
    """Return whether a charset is UTF-8, also under another name, such as utf8."""
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False
