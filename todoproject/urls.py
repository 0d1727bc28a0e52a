"""Every address. The apps' own come from their routers; a path answers with and without its trailing slash."""

from django.contrib import admin
from django.urls import include, path

from todoproject.openapi import DocsView, SchemaView
from todoproject.views import HealthView, RootView

urlpatterns = [
    path("", RootView.as_view(), name="root"),
    path("", include("accounts.urls")),
    path("", include("todos.urls")),
    path("health/", HealthView.as_view(), name="health"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("session/", include("rest_framework.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "todoproject.errors.bad_request"
handler403 = "todoproject.errors.permission_denied"
handler404 = "todoproject.errors.page_not_found"
handler500 = "todoproject.errors.server_error"
