"""Logs one line per request, with the route instead of the path, which may contain a secret."""

import logging
from collections.abc import Callable
from functools import cache
from time import perf_counter
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

logger = logging.getLogger("todoproject.requests")

# Other methods are text from the client, so they are logged as "-".
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


class RequestLogMiddleware:
    """Logs one line for each request, with its route, status, duration and user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = perf_counter()
        response = self.get_response(request)
        fields = {
            "method": request.method if request.method in METHODS else "-",
            "route": get_route(request),
            "status": response.status_code,
            "milliseconds": round((perf_counter() - begin) * 1000, 1),
            "user": get_known_user_id(request),
            "request": get_request_id(request),
        }
        line = "%(method)s %(route)s %(status)s, %(milliseconds)s ms, user %(user)s, request %(request)s"
        logger.info(line, fields, extra={"fields": fields})
        return response


class RouteInsteadOfPathFilter(logging.Filter):
    """Replaces the path in Django's lines about failed requests by the route, and adds the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg = "Failed: %s %s, request %s"
            record.args = (request.method, get_route(request), get_request_id(request))
        return True


def get_route(request: HttpRequest) -> str:
    """Return the URL pattern that a request matches, such as /todos/<pk>/; `-` if it matches no pattern."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "-"
    return simplify_pattern(match.route)


@cache
def simplify_pattern(pattern: str) -> str:
    from django.contrib.admindocs.views import simplify_regex  # Imported late: it imports the admin.

    return simplify_regex(pattern)


def get_request_id(request: HttpRequest) -> str:
    """Return Lambda's id of the request, which is also in Lambda's own log lines; elsewhere a random one."""
    context = request.META.get("lambda.context")
    return request.META.setdefault("todoproject.request_id", context.aws_request_id if context else uuid4().hex)


def get_known_user_id(request: HttpRequest) -> int | None:
    """Return the id of the request's user if the user is already loaded; this never queries the database."""
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    return None if isinstance(user, SimpleLazyObject) else getattr(user, "pk", None)
