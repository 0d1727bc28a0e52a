"""Content negotiation: `?format=` takes precedence over `Accept`."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation

from todoproject.api.exceptions import field_error


class StrictNegotiation(DefaultContentNegotiation):
    """Refuses an unknown `?format=` with a 400 that lists the available formats; DRF would return 404."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        format_name = request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        if format_name and (matching := [renderer for renderer in renderers if renderer.format == format_name]):
            return matching[0], matching[0].media_type
        return super().select_renderer(request, renderers, format_suffix)

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        available = ", ".join(sorted({renderer.format for renderer in renderers}))
        detail = f"This format is not available here. Choose one of: {available}."
        raise field_error(self.settings.URL_FORMAT_OVERRIDE, detail, "invalid_choice")
