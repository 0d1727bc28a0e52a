"""Middleware: error shape, no cookies for tokens, optional trailing slashes, no length of a 304."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from rest_framework.exceptions import APIException, ParseError

from todoproject.api.errors import error_response, to_api_exception

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class ErrorShapeMiddleware:
    """Gives errors from outside the API's views the API's shape: empty error responses, and exceptions."""

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
        error = to_api_exception(exception)
        in_admin = request.resolver_match and request.resolver_match.app_name == "admin"
        if in_admin and isinstance(exception, ValueError | OverflowError | DataError):
            logger.exception("The admin failed on a request")
            error = ParseError("The admin could not process this request. Check its parameters.")
        return error_response(request, error) if isinstance(error, APIException) else None


class NoCookiesForTokensMiddleware:
    """Removes cookies from responses to requests with an `Authorization` header, which come from API clients."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            response.cookies.clear()
        return response


class NotModifiedMiddleware:
    """Removes `Content-Length` from a 304, where it would be that of the 200 (RFC 9110, 8.6); Django sets it to 0."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            del response["Content-Length"]
        return response


class OptionalTrailingSlashMiddleware:
    """Accepts every path with and without its trailing slash, without a redirect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path_with_slash = f"{request.path_info}/"
        if (
            not request.path_info.endswith("/")
            and not is_valid_path(request.path_info)
            and is_valid_path(path_with_slash)
        ):
            request.path_info = path_with_slash
            request.path += "/"
        return self.get_response(request)
