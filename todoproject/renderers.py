"""The pages of the browsable API."""

from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class PageRenderer(BrowsableAPIRenderer):
    """A page with forms for what can be done there by hand: not for the methods that the view calls `formless`."""

    def show_form_for_method(self, view: Any, method: str, request: Any, obj: Any) -> bool:
        shown = super().show_form_for_method(view, method, request, obj)
        return bool(shown) and method not in getattr(view, "formless", ())
