"""Renders JSON, the HTML pages of the browsable API, and other pages of API views."""

from typing import Any

import orjson
from rest_framework import renderers


class JSONRenderer(renderers.JSONRenderer):
    """DRF's renderer, by orjson where possible, which is several times faster. Date-times are in UTC, ending in Z."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if self.get_indent(accepted_media_type or "", renderer_context or {}) is None:
            try:
                return orjson.dumps(data, option=orjson.OPT_UTC_Z)
            except orjson.JSONEncodeError:
                pass  # Such as an integer of more than 64 bits in an error text, or a lazy string.
        return super().render(data, accepted_media_type, renderer_context)


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """DRF's pages, without forms for the methods in the view's `methods_without_form`."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """Encode the page as UTF-8; escape lone surrogates, which a redisplayed form may contain."""
        page: str = super().render(data, accepted_media_type, renderer_context)
        return page.encode("utf-8", "backslashreplace")

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        shown = super().show_form_for_method(view, method, request, obj)
        return bool(shown) and method not in getattr(view, "methods_without_form", ())

    def get_context(self, data: Any, accepted_media_type: Any, renderer_context: Any) -> dict[str, Any]:
        """Add links to the objects of a list, and where to go on after a log-in."""
        request = renderer_context["request"]
        items = data if isinstance(data, list) else []
        links = [(f"{request.path}{item['id']}/", item["title"]) for item in items if "title" in item]
        context = super().get_context(data, accepted_media_type, renderer_context)
        return {**context, "item_links": links, "log_in_next": request.get_full_path()}


class PageRenderer(BrowsableAPIRenderer):
    """Renders a view's own page, by its `page_template`, and errors as a page that a person understands.

    The templates receive the response as `data`, and as JSON in `content`.
    """

    error_template = "web/error.html"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        is_error = renderer_context["response"].exception
        self.template = self.error_template if is_error else renderer_context["view"].page_template
        return super().render(data, accepted_media_type, renderer_context)

    def get_context(self, data: Any, accepted_media_type: Any, renderer_context: Any) -> dict[str, Any]:
        view, request, response = (renderer_context[name] for name in ("view", "request", "response"))
        # After a failure of the server, the page must not depend on the session, which is in the database.
        user = None if response.status_code >= 500 else getattr(request._request, "user", None)
        content = self.get_content(JSONRenderer(), data, accepted_media_type, renderer_context)
        return {"data": data, "content": content, "user": user, "name": view.get_view_name()}
