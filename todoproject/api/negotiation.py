"""Content negotiation: the parser of a body, and the renderer of a response. `?format=` takes precedence over `Accept`.

`Accept` is read as in RFC 9110, 12.5.1: the most specific range that covers a media type gives its weight, and a weight
of 0 excludes it. An empty header and `*` accept anything.
"""

from typing import Any

from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

from todoproject.api.exceptions import UnsupportedContentType, format_error


class StrictNegotiation(DefaultContentNegotiation):
    """Refuses an unknown `?format=` with a 400 that lists the available formats; DRF would return 404."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        parser = super().select_parser(request, parsers)
        if parser is None:
            raise UnsupportedContentType(request.content_type)
        return parser

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        format_name = request.query_params.get(self.settings.URL_FORMAT_OVERRIDE)
        if format_name:
            [renderer, *_] = self.filter_renderers(renderers, format_name)
            return renderer, renderer.media_type
        ranges = [MediaType(text) for text in self.get_accept_list(request)] or [MediaType("*/*")]
        accepted = [(renderer, found) for renderer in renderers if (found := find_range(renderer.media_type, ranges))]
        if not accepted:
            raise NotAcceptable
        renderer, found = max(accepted, key=lambda pair: (pair[1].quality, pair[1].specificity))
        parameters = (f"{name}={value!s}" for name, value in found.range_params.items())
        return renderer, ";".join((renderer.media_type, *parameters))

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        if matching := [renderer for renderer in renderers if renderer.format == format]:
            return matching
        raise format_error(renderer.format for renderer in renderers)


def find_range(media_type: str, ranges: list[MediaType]) -> MediaType | None:
    """Return the most specific range that covers a media type, or None if none covers it or that one excludes it."""
    covering = [each for each in ranges if covers(each, media_type)]
    found = max(covering, key=lambda each: each.specificity, default=None)
    return found if found is not None and found.quality > 0 else None


def covers(media_range: MediaType, media_type: str) -> bool:
    main_type, _, sub_type = media_type.partition("/")
    if media_range.main_type == "*":
        return media_range.sub_type in ("*", "")
    return media_range.main_type == main_type and media_range.sub_type in (sub_type, "*")
