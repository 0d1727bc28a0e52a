"""Content negotiation: `?format=` wins over `Accept`."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation

from todoproject.api.exceptions import field_error


class StrictNegotiation(DefaultContentNegotiation):
    """Refuses an unknown format with 400 and the known ones, where DRF would return 404."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        named = request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        if named and (chosen := [renderer for renderer in renderers if renderer.format == named]):
            return chosen[0], chosen[0].media_type
        return super().select_renderer(request, renderers, format_suffix)

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        served = ", ".join(sorted({renderer.format for renderer in renderers}))
        detail = f"This format is not available here. Choose one of: {served}."
        raise field_error(self.settings.URL_FORMAT_OVERRIDE, detail, "invalid_choice")
