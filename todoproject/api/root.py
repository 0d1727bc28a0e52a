"""`GET /`: links to every part of the API, and the front page for browsers."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from todoproject.api.renderers import JSONRenderer, PageRenderer
from todoproject.api.views import UncachedView

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


class RootView(UncachedView):
    """Links to every part of the API; in a browser, the front page."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, PageRenderer)
    page_template = "web/front_page.html"

    def get(self, request: Request) -> Response:
        """List the URLs of the API."""
        links = {name: reverse(view, request=request) for name, view in ROOT_LINKS.items()}
        return Response(links)
