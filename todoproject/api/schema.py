"""The OpenAPI description of the root and of the health check.

It is loaded when the document is generated, so that other requests do not wait for it.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers

from todoproject import __version__
from todoproject.api.openapi import describe_view
from todoproject.api.root import ROOT_LINKS

EXAMPLE_PATHS = {
    "todos": "/todos/",
    "signup": "/auth/signup/",
    "login": "/auth/login/",
    "refresh": "/auth/refresh/",
    "logout": "/auth/logout/",
    "me": "/auth/me/",
    "password": "/auth/password/",
    "reset": "/auth/password/reset/",
    "confirm": "/auth/password/reset/confirm/",
    "docs": "/docs/",
    "schema": "/schema/",
    "health": "/health/",
    "admin": "/admin/",
}


HEALTH_DESCRIPTION = """\
Check the API and its database: 200 if the database responds, 503 if not. It needs no token,
and returns JSON whatever `Accept` says.

`durable` is false if the data is a temporary copy, which is lost with its instance. `version` is that of the server."""


class HealthSerializer(serializers.Serializer):
    status = serializers.ChoiceField(["ok"])
    database = serializers.ChoiceField(["sqlite", "postgresql"])
    durable = serializers.BooleanField()
    version = serializers.CharField()


ROOT = extend_schema(
    operation_id="root",
    summary="List the URLs of the API",
    description="Get the absolute URL of each part of the API, at the address of this request. It needs no token.",
    auth=[],
    responses=inline_serializer("Root", {name: serializers.URLField() for name in ROOT_LINKS}),
    examples=[OpenApiExample("Links", {name: f"http://127.0.0.1:8000{path}" for name, path in EXAMPLE_PATHS.items()})],
)
HEALTH = extend_schema(
    operation_id="health",
    summary="Check the API and its database",
    description=HEALTH_DESCRIPTION,
    responses=HealthSerializer,
    examples=[
        OpenApiExample("Healthy", {"status": "ok", "database": "sqlite", "durable": True, "version": __version__})
    ],
)


class RootViewExtension(OpenApiViewExtension):
    """Adds the description above to the view. Defining the class registers it."""

    target_class = "todoproject.api.root.RootView"

    def view_replacement(self) -> Any:
        return describe_view(self.target_class, {"get": ROOT})


class HealthViewExtension(OpenApiViewExtension):
    target_class = "todoproject.api.health.HealthView"

    def view_replacement(self) -> Any:
        return describe_view(self.target_class, {"get": HEALTH})
