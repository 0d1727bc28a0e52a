"""Errors: one shape for all of them, inside the API's views and outside.

`{"type": …, "message": …, "errors": [{"code": …, "detail": …, "attr": …}]}` is the shape of
drf-standardized-errors, with `message`, the first error's `detail`, added.
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

from todoproject.api.exceptions import DatabaseUnavailable, HostNotServed, PayloadTooLarge

logger = logging.getLogger(__name__)


class ErrorData(dict):
    """The body of an error; a browsable form finds its serializer here and shows the errors beside the fields."""

    serializer: Any = None


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an exception in a view of the API; None for a fault of our own, which is a 500."""
    exc = api_exception(exc)
    response = rest_framework_handler(exc, context)
    if response is not None:
        response.data = error_data(exc)  # type: ignore[arg-type]
    return response


def api_exception(exc: Exception) -> Exception:
    """Translate what Django raises about a request or its database into what the API says about it."""
    match exc:
        case DisallowedHost():
            return HostNotServed()
        case RequestDataTooBig():
            return PayloadTooLarge()
        case BadRequest() | SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError(str(exc) or None)
        case OperationalError() | InterfaceError() | InternalError():  # The last: one that can only be read.
            logger.error("The database failed: %s", exc)
            return DatabaseUnavailable()
        case Http404():
            return exceptions.NotFound()  # Without Django's text: it tells a missing row from a missing URL.
        case PermissionDenied():
            return exceptions.PermissionDenied(*exc.args)
    return exc


def error_data(exc: exceptions.APIException) -> ErrorData:
    """Return the error shape of an exception."""
    errors = [{"code": code, "detail": text, "attr": attr} for code, text, attr in flat(exc)]
    data = ErrorData(type=error_type(exc), message=errors[0]["detail"], errors=errors)
    data.serializer = getattr(exc.detail, "serializer", None)
    return data


def error_type(exc: exceptions.APIException) -> str:
    if isinstance(exc, exceptions.ValidationError) and exc.status_code == 400:
        return "validation_error"
    return "server_error" if exc.status_code >= 500 else "client_error"


def flat(exc: exceptions.APIException) -> list[tuple[str, str, str | None]]:
    """Return (code, detail, attr) for each error of an exception, at least one."""
    detail = exc.detail
    if not isinstance(exc, exceptions.ValidationError) and isinstance(detail, dict):
        # simplejwt's: a text, its code, and a message per token class, of which the reader needs none.
        return [(str(detail["code"]), str(detail["detail"]), None)]
    return list(walk(detail)) or [("invalid", "Invalid input.", None)]


def walk(detail: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str | None]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from walk(value, path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from walk(value, path if isinstance(value, str) else (*path, str(index)))
    else:
        yield getattr(detail, "code", "invalid"), str(detail), ".".join(path) or None


class ErrorView(APIView):
    """The answer to an error that was found outside the API's views, as JSON or as a browsable page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None
    exception: Exception = exceptions.NotFound()

    def get_view_name(self) -> str:
        return "Error"

    def get_view_description(self, html: bool = False) -> str:
        """What was wrong, for the page."""
        return error_data(self.exception)["message"] if isinstance(self.exception, exceptions.APIException) else ""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request, force=True)
        raise self.exception


def error_response(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer with an error; it speaks of this moment, and does not know what its path allows."""
    response: Any = ErrorView.as_view(exception=exception)(request)
    response["Cache-Control"] = "no-store"
    del response["Allow"]
    return response.render()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400. Always JSON: a page would need the Host, which may be what is wrong."""
    exc = api_exception(exception)
    if not isinstance(exc, exceptions.APIException):
        exc = exceptions.ParseError()
    return JsonResponse(error_data(exc), status=exc.status_code)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, exceptions.PermissionDenied())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(request, exceptions.PermissionDenied(f"CSRF Failed: {reason}"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, exceptions.NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Plain JSON: whatever broke must not be needed to say so."""
    return JsonResponse(error_data(exceptions.APIException()), status=500)
