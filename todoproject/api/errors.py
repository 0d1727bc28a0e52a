"""Error responses, in one shape, for exceptions inside and outside the API's views.

`{"type": …, "message": …, "errors": [{"code": …, "detail": …, "attr": …}]}` is the shape of drf-standardized-errors,
with `message`, which repeats the first error's `detail`.
"""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView
from rest_framework.views import exception_handler as rest_framework_handler

from todoproject.api.exceptions import DatabaseUnavailable, HostNotAllowed, PayloadTooLarge
from todoproject.api.renderers import JSONRenderer, PageRenderer

logger = logging.getLogger(__name__)


# Behind a proxy, the most frequent reason of an origin that does not match.
PROXY_HINT = "A proxy in front of the API must send Host and X-Forwarded-Proto, and TRUSTED_PROXIES must be set."


class ErrorBody(dict):
    """The body of an error response, with the serializer that the browsable API needs to show errors beside fields."""

    serializer: Any = None


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response to an exception in an API view; None for an unexpected one, which becomes a 500."""
    exc = to_api_exception(exc)
    response = rest_framework_handler(exc, context)
    if response is not None:
        response.data = error_body(exc)  # type: ignore[arg-type]
    return response


def to_api_exception(exc: Exception) -> Exception:
    """Convert Django's exceptions about a request or the database to API exceptions; return others unchanged."""
    match exc:
        case DisallowedHost():
            return HostNotAllowed()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case BadRequest() | SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError(str(exc) or None)
        case OperationalError() | InterfaceError() | InternalError():  # InternalError: a read-only PostgreSQL.
            logger.error("The database failed: %s", exc)
            return DatabaseUnavailable()
        case Http404():
            return exceptions.NotFound()  # Django's text names the model or the URL patterns.
        case PermissionDenied():
            return exceptions.PermissionDenied(*exc.args)
        case exceptions.PermissionDenied() if "Origin checking failed" in str(exc.detail):
            return exceptions.PermissionDenied(f"{exc.detail} {PROXY_HINT}")
    return exc


def error_body(exc: exceptions.APIException) -> ErrorBody:
    """Return the body of the error response to an exception."""
    errors = [{"code": code, "detail": text, "attr": attr} for code, text, attr in flatten_errors(exc)]
    data = ErrorBody(type=get_error_type(exc), message=errors[0]["detail"], errors=errors)
    data.serializer = getattr(exc.detail, "serializer", None)
    return data


def get_error_type(exc: exceptions.APIException) -> str:
    if isinstance(exc, exceptions.ValidationError) and exc.status_code == 400:
        return "validation_error"
    return "server_error" if exc.status_code >= 500 else "client_error"


def flatten_errors(exc: exceptions.APIException) -> list[tuple[str, str, str | None]]:
    """Return (code, detail, attr) for each error of an exception, at least one."""
    detail = exc.detail
    if not isinstance(exc, exceptions.ValidationError) and isinstance(detail, dict):
        # simplejwt's detail has a text, its code, and a message for each token class, which a client does not need.
        return [(str(detail["code"]), str(detail["detail"]), None)]
    return list(iterate_errors(detail)) or [("invalid", "Invalid input.", None)]


def iterate_errors(detail: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str | None]]:
    """Yield (code, detail, attr) for each error in DRF's nested details."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from iterate_errors(value, path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from iterate_errors(value, path if isinstance(value, str) else (*path, str(index)))
    else:
        yield getattr(detail, "code", "invalid"), str(detail), ".".join(path) or None


class ErrorView(APIView):
    """Renders an error that was raised outside the API's views, as JSON or as a page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, PageRenderer)
    schema = None
    exception: Exception = exceptions.NotFound()

    def get_view_name(self) -> str:
        """Return the heading of the page."""
        is_missing = isinstance(self.exception, exceptions.NotFound)
        return "This page does not exist" if is_missing else "That did not work"

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request, force=True)
        raise self.exception


def error_response(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return an error response, uncached, and without `Allow`, which only the path's own view knows."""
    response: Any = ErrorView.as_view(exception=exception)(request)
    response["Cache-Control"] = "no-store"
    del response["Allow"]
    return response.render()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return Django's response to a bad request, always JSON: a page would need the Host, which may be wrong."""
    exc = to_api_exception(exception)
    if not isinstance(exc, exceptions.APIException):
        exc = exceptions.ParseError()
    return JsonResponse(error_body(exc), status=exc.status_code)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, exceptions.PermissionDenied())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(request, exceptions.PermissionDenied(f"CSRF Failed: {reason}"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, exceptions.NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Return Django's response to an unexpected exception, always JSON: rendering a page could fail again."""
    return JsonResponse(error_body(exceptions.APIException()), status=500)
