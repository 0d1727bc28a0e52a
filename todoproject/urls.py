"""Every URL of the project. Middleware also accepts each of them without its trailing slash."""

from django.contrib import admin
from django.urls import include, path

from todoproject.api.health import HealthView
from todoproject.api.root import RootView
from todoproject.api.schema_views import DocsView, SchemaView

urlpatterns = [
    path("", include("todos.urls")),  # First, because most requests are for it.
    path("", include("accounts.urls")),
    path("", RootView.as_view(), name="root"),
    path("health/", HealthView.as_view(), name="health"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("session/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "todoproject.api.errors.bad_request"
handler403 = "todoproject.api.errors.permission_denied"
handler404 = "todoproject.api.errors.page_not_found"
handler500 = "todoproject.api.errors.server_error"
