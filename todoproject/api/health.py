"""`GET /health/`: checks the API and its database."""

from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.exceptions import NotAcceptable
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from todoproject import __version__
from todoproject.api.renderers import JSONRenderer
from todoproject.api.views import UncachedView


class HealthView(UncachedView):
    """Whether the API and its database work."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    accepts_any_format = True  # For load balancers, which send all kinds of Accept.

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        try:
            return super().perform_content_negotiation(request, force)
        except NotAcceptable:
            return JSONRenderer(), JSONRenderer.media_type

    def get(self, request: Request) -> Response:
        """Check the API and its database: 200 if the database responds, 503 if not."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = {"database": connection.vendor, "durable": settings.DURABLE}
        return Response({"status": "ok", **database, "version": __version__})
