"""Where a person goes on after logging in or signing up."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def get_next_page(request: HttpRequest) -> str:
    """Return the `next` of the form or the query if it is a page of this site that can be read, else an empty text."""
    url = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours and is_readable(url) else ""


def get_target(request: HttpRequest) -> str:
    """Return the URL to redirect to after logging in: `next`, or the app."""
    return get_next_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def is_readable(url: str) -> bool:
    """Return whether a URL is a path below the stage prefix whose view accepts GET, and is not the log-out."""
    path, prefix = url.partition("?")[0].partition("#")[0], get_script_prefix()
    if not path.startswith(prefix):
        return False
    view = find_view(f"/{path.removeprefix(prefix)}")
    if view is None or getattr(view, "ends_session", False):
        return False
    actions = getattr(view, "actions", None)
    view_class = getattr(view, "view_class", getattr(view, "cls", None))
    return "get" in actions if actions else view_class is None or hasattr(view_class, "get")


def find_view(path: str) -> Any:
    """Return the view of a path, with or without its trailing slash; None for an unknown path."""
    for candidate in (path, f"{path}/"):
        try:
            return resolve(candidate).func
        except Resolver404:
            continue
    return None
