"""What holds for every request and answer, whichever view it belongs to."""

import codecs
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path

from todoproject.errors import LengthRequired, PayloadTooLarge, UnsupportedCharset, error_response

GetResponse = Callable[[HttpRequest], HttpResponse]


class NoCookieForTokens:
    """A call with an `Authorization` header never sets a cookie: it is no browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            response.cookies.clear()
        return response


class RequestLimits:
    """Refuse a body that is too large (413) or of unsaid length (411), and a charset other than UTF-8 (415)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return error_response(request, LengthRequired())
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return error_response(request, PayloadTooLarge())
        if not is_utf8(request.content_params.get("charset", "utf-8")):  # type: ignore[union-attr]
            request.encoding = "utf-8"  # Else the answer itself would be made by the charset that was asked for.
            return error_response(request, UnsupportedCharset())
        return self.get_response(request)


def is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


class OptionalTrailingSlash:
    """Every path answers with and without its trailing slash, never by a redirect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        slashed = f"{request.path_info}/"
        if not request.path_info.endswith("/") and not is_valid_path(request.path_info) and is_valid_path(slashed):
            request.path_info = slashed
            request.path += "/"
        return self.get_response(request)
