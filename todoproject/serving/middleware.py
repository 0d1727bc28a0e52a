"""What holds for every request and answer, whichever view it belongs to."""

import codecs
import logging
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from django.utils.functional import SimpleLazyObject
from rest_framework.exceptions import APIException, ParseError

from todoproject.api.errors import api_exception, error_response
from todoproject.api.exceptions import PayloadTooLarge, UnsupportedCharset
from todoproject.config.logging import request_id, route

logger = logging.getLogger(__name__)
requests = logging.getLogger("todoproject.requests")

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}  # Another one a client may have made up.

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """A line in the log for each request. It has the route, not the path: in a path may stand a secret."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = perf_counter()
        response = self.get_response(request)
        fields = {
            "method": request.method if request.method in METHODS else "-",
            "route": route(request),
            "status": response.status_code,
            "milliseconds": round((perf_counter() - begin) * 1000, 1),
            "user": known_user_id(request),
            "request": request_id(request),
        }
        line = "%(method)s %(route)s %(status)s, %(milliseconds)s ms, user %(user)s, request %(request)s"
        requests.info(line, fields, extra={"fields": fields})
        return response


def known_user_id(request: HttpRequest) -> int | None:
    """Return the id of the user of a request, if anything asked for the user: this does not."""
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    return None if isinstance(user, SimpleLazyObject) else getattr(user, "pk", None)


class ErrorShape:
    """What fails outside the API's views has the one shape as well: empty refusals, a database that is down."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not (response.streaming or not response.content):
            return response
        response.close()
        refusal = APIException(HTTPStatus(response.status_code).phrase, code="refused")
        refusal.status_code = response.status_code
        shaped = error_response(request, refusal)
        for name in ("Allow", "Content-Range"):
            if name in response.headers:
                shaped[name] = response[name]
        shaped["Content-Length"] = str(len(shaped.content))
        return shaped

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = api_exception(exception)
        in_admin = request.resolver_match and request.resolver_match.app_name == "admin"
        if in_admin and isinstance(exception, ValueError | OverflowError | DataError):
            logger.exception("The admin failed on a request")
            error = ParseError("The admin cannot make sense of this request.")
        return error_response(request, error) if isinstance(error, APIException) else None


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
    """Refuse a too large body (413), one the server did not decode (400), and a charset other than UTF-8 (415)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # Also under `manage.py runserver`, which decodes no chunks.
            return error_response(request, ParseError("Send the body with a Content-Length; this coding is unknown."))
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
