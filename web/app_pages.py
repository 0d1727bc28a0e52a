"""The todos as an application in the browser: its page, service worker and manifest.

The page is the same for every user, so that the service worker can keep it for use without a network. The data comes
from the API. docs/sync.md explains how the application syncs.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views import View
from django.views.generic import TemplateView

WEB_FOLDER = Path(__file__).parent
MODULES = [
    f"web/app/{name}.js"
    for name in (
        "main", "actions", "api", "conflict_view", "conflicts", "dates", "edits", "elements", "keyboard", "list_view",
        "status_view", "store", "sync", "todo_form", "todo_row",
    )
]  # fmt: skip
SHELL_FILES = ["web/base.css", "web/app/app.css", "web/icon.svg", *MODULES]


class ShellView(TemplateView):
    """A part of the application that is the same for every user, and that browsers check for a newer version."""

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response = super().render_to_response(context, **options)
        response["Cache-Control"] = "no-cache"
        return response


class AppPage(ShellView):
    """The page of the application."""

    template_name = "web/app.html"
    extra_context = {"modules": MODULES}  # noqa: RUF012 (as in Django)


class ServiceWorkerView(ShellView):
    """The service worker, which keeps the application for use without a network. It also controls `/app`, no slash."""

    template_name = "web/worker.js"
    content_type = "text/javascript; charset=utf-8"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        urls = [reverse("app"), *map(static, SHELL_FILES)]
        version = sha256("\n".join([*urls, hash_shell()]).encode()).hexdigest()[:16]
        return super().get_context_data(shell=urls, version=version, **kwargs)

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response = super().render_to_response(context, **options)
        response["Service-Worker-Allowed"] = reverse("app").rstrip("/")
        return response


class ManifestView(View):
    """The web app manifest, with which the application can be installed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        icons = [
            {"src": static("web/icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": static("web/icon-192.png"), "type": "image/png", "sizes": "192x192"},
            {"src": static("web/icon-512.png"), "type": "image/png", "sizes": "512x512"},
        ]
        manifest = {
            "name": "Todos",
            "short_name": "Todos",
            "id": reverse("app"),
            "start_url": reverse("app"),
            "scope": reverse("app"),
            "display": "standalone",
            "icons": icons,
        }
        headers = {"Cache-Control": "no-cache"}
        return JsonResponse(manifest, content_type="application/manifest+json", headers=headers)


@cache
def hash_shell() -> str:
    """Return a hash of the shell's files: where their URLs have none, the service worker sees a new version by it."""
    digest = sha256()
    for path in [WEB_FOLDER / "templates/web/app.html", *(WEB_FOLDER / "static" / name for name in SHELL_FILES)]:
        if path.is_file():  # A package for Lambda has only the collected files, whose names have hashes.
            digest.update(path.read_bytes())
    return digest.hexdigest()
