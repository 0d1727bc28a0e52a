"""The URLs of the OpenAPI document, the pages for people, and the admin."""

from django.contrib import admin
from django.urls import include, path

from todoproject.api.schema_views import SchemaView

admin.autodiscover()

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("", include("web.urls")),
    path("admin/", admin.site.urls),
]
