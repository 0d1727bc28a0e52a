"""Middleware for every request and response, whichever view it belongs to."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from rest_framework.exceptions import APIException, ParseError

from todoproject.api.errors import as_api_exception, error_response

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class ErrorShapeMiddleware:
    """Gives the API's error shape to what fails outside its views: empty error responses, a database that is down."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not (response.streaming or not response.content):
            return response
        response.close()
        error = APIException(HTTPStatus(response.status_code).phrase, code="refused")
        error.status_code = response.status_code
        shaped = error_response(request, error)
        for name in ("Allow", "Content-Range"):
            if name in response.headers:
                shaped[name] = response[name]
        shaped["Content-Length"] = str(len(shaped.content))
        return shaped

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = as_api_exception(exception)
        in_admin = request.resolver_match and request.resolver_match.app_name == "admin"
        if in_admin and isinstance(exception, ValueError | OverflowError | DataError):
            logger.exception("The admin failed on a request")
            error = ParseError("The admin does not understand this request.")
        return error_response(request, error) if isinstance(error, APIException) else None


class NoCookiesForTokensMiddleware:
    """Removes cookies from responses to requests with an `Authorization` header: these do not come from a browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            response.cookies.clear()
        return response


class OptionalTrailingSlashMiddleware:
    """Serves every path with and without its trailing slash, without a redirect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        slashed = f"{request.path_info}/"
        if not request.path_info.endswith("/") and not is_valid_path(request.path_info) and is_valid_path(slashed):
            request.path_info = slashed
            request.path += "/"
        return self.get_response(request)
