"""The pages of the browsable API."""

from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class PageRenderer(BrowsableAPIRenderer):
    """A page with forms for what can be done there by hand: not for the methods that the view calls `formless`."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """Render as UTF-8; a lone surrogate in what was sent, and is shown in a form again, is spelled out."""
        page: str = super().render(data, accepted_media_type, renderer_context)
        return page.encode("utf-8", "backslashreplace")

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        shown = super().show_form_for_method(view, method, request, obj)
        return bool(shown) and method not in getattr(view, "formless", ())
