"""The URLs of pages: the OpenAPI document, sessions in the browser, and the admin."""

from django.contrib import admin
from django.urls import include, path

from todoproject.api.schema_views import DocsView, SchemaView

admin.autodiscover()

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("session/", include("rest_framework.urls")),
    path("", include("accounts.page_urls")),
    path("admin/", admin.site.urls),
]
