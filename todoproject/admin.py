"""A mixin for the admin pages of all apps."""

from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest

SEARCH_LENGTH = 200


class LimitedSearchMixin:
    """Limits the length of a search, because each word becomes a condition and a database limits their number."""

    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if len(search_term) > SEARCH_LENGTH:
            raise BadRequest(f"A search has at most {SEARCH_LENGTH} characters.")
        results: Any = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        return results
