"""The log's line for each request. It names the route, not the path: a path may contain a secret."""

import logging
from collections.abc import Callable
from functools import cache
from time import perf_counter
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

logger = logging.getLogger("todoproject.requests")

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}  # A client may have made up any other.


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
    """Rewrites Django's lines about failed requests, which contain the path, to name the route and the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg = "Failed: %s %s, request %s"
            record.args = (request.method, get_route(request), get_request_id(request))
        return True


def get_route(request: HttpRequest) -> str:
    """Return the URL pattern that a request matches, such as /todos/<pk>/; `-` if there is none."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "-"
    return simplify_pattern(match.route)


@cache
def simplify_pattern(pattern: str) -> str:
    from django.contrib.admindocs.views import simplify_regex  # It imports the admin, which only a request may need.

    return simplify_regex(pattern)


def get_request_id(request: HttpRequest) -> str:
    """Return Lambda's id of the request, which Lambda's own log lines carry too; elsewhere a random one."""
    context = request.META.get("lambda.context")
    return request.META.setdefault("todoproject.request_id", context.aws_request_id if context else uuid4().hex)


def get_known_user_id(request: HttpRequest) -> int | None:
    """Return the id of the request's user if it was loaded already; this never queries the database."""
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    return None if isinstance(user, SimpleLazyObject) else getattr(user, "pk", None)
