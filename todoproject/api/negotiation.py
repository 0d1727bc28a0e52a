"""Which renderer answers: `?format=` wins over `Accept`."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation


class StrictNegotiation(DefaultContentNegotiation):
    """A format that is not served is 400 and says which are; DRF's own answer is 404."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        named = request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        if named and (chosen := [renderer for renderer in renderers if renderer.format == named]):
            return chosen[0], chosen[0].media_type
        return super().select_renderer(request, renderers, format_suffix)

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        served = ", ".join(sorted({renderer.format for renderer in renderers}))
        detail = ErrorDetail(f"This format is not served here. Served: {served}.", code="invalid_choice")
        raise ValidationError({self.settings.URL_FORMAT_OVERRIDE: [detail]})
