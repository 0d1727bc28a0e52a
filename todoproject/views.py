"""What every view of the API does, the root that links to everything, and the health check."""

from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import connection
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from todoproject import __version__
from todoproject.suggestions import REFUSALS, shown, unknown


class StrictView(APIView):
    """Refuses a query parameter that would not be used, and says how an answer may be cached."""

    cache_control = "private, no-cache"

    def query_parameters(self) -> set[str]:
        """The parameters that this call knows; `format` is known everywhere."""
        return {"format"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_query(request, self.query_parameters())

    def get_authenticate_header(self, request: Request) -> str:
        """A 401 names the scheme on public calls as well; without a name DRF would make it a 403."""
        return 'JWT realm="api"'

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        html = response.accepted_renderer.format == "api"
        response["Cache-Control"] = "no-store" if html else self.cache_control
        patch_vary_headers(response, ("Accept", "Authorization", "Cookie"))
        return response


def check_query(request: Request, known: set[str]) -> None:
    """Refuse parameters that are unknown, repeated or empty, or not UTF-8; HTML forms send empty ones."""
    try:
        query = request.META.get("QUERY_STRING", "").encode("latin-1").decode("utf-8")  # WSGI gives bytes as Latin-1.
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise ValidationError("The query string is not UTF-8.", code="invalid_utf8") from None
    errors: dict[str, list[ErrorDetail]] = {}
    seen = set()
    for name, value in pairs:
        if len(errors) == REFUSALS:
            break
        if name not in known:
            errors[shown(name)] = [ErrorDetail(unknown("parameter", name, known), code="unknown")]
        elif name in seen:
            errors[name] = [ErrorDetail("This parameter is given more than once.", code="repeated")]
        elif not value and request.accepted_renderer.format != "api":
            errors[name] = [ErrorDetail("This parameter is empty; leave it away or give it a value.", code="empty")]
        seen.add(name)
    if errors:
        raise ValidationError(errors)


ROOT_LINKS = {
    "todos": "todo-list",
    "signup": "auth-signup",
    "login": "auth-login",
    "refresh": "auth-refresh",
    "logout": "auth-logout",
    "me": "auth-me",
    "password": "auth-password",
    "reset": "auth-reset",
    "confirm": "auth-confirm",
    "docs": "docs",
    "schema": "schema",
    "health": "health",
    "admin": "admin:index",
}


class UncachedView(APIView):
    """An answer that is about this moment."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class RootView(UncachedView):
    """Where everything is. Sign up, log in (here in the browser: at the top right), and keep your todos."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="root",
        auth=[],
        responses=inline_serializer("Root", {name: serializers.URLField() for name in ROOT_LINKS}),
        examples=[
            OpenApiExample(
                "Links", {"todos": "http://127.0.0.1:8000/todos/", "signup": "http://127.0.0.1:8000/auth/signup/"}
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """The addresses of everything that is served here."""
        links = {name: reverse(view, request=request) for name, view in ROOT_LINKS.items()}
        return Response(links)


class HealthSerializer(serializers.Serializer):
    status = serializers.ChoiceField(["ok"])
    database = serializers.ChoiceField(["sqlite", "postgresql"])
    durable = serializers.BooleanField()
    version = serializers.CharField()


class HealthView(UncachedView):
    """Whether the API can serve."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="health",
        responses=HealthSerializer,
        examples=[
            OpenApiExample("Well", {"status": "ok", "database": "sqlite", "durable": True, "version": __version__})
        ],
    )
    def get(self, request: Request) -> Response:
        """Ask the database: 200 where it answers, 503 where it does not.

        `durable` is false where the data is a copy that goes away with its instance.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = {"database": connection.vendor, "durable": settings.DURABLE}
        return Response({"status": "ok", **database, "version": __version__})
