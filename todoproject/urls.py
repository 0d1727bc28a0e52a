"""Every URL of the project. Middleware also accepts each of them without its trailing slash."""

from typing import Any

from django.urls import include, path

from todoproject.api.health import HealthView
from todoproject.api.root import RootView


def include_when_needed(module: str) -> Any:
    """Include the URLs of a module that is imported for the first path with their prefix: cold starts do not wait."""
    return module, None, None


urlpatterns = [
    path("", include("todos.urls")),  # First, because most requests are for it.
    path("auth/", include_when_needed("accounts.urls")),
    path("", RootView.as_view(), name="root"),
    path("health/", HealthView.as_view(), name="health"),
    path("", include_when_needed("todoproject.page_urls")),
]

handler400 = "todoproject.api.errors.bad_request"
handler403 = "todoproject.api.errors.permission_denied"
handler404 = "todoproject.api.errors.page_not_found"
handler500 = "todoproject.api.errors.server_error"
