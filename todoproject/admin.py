"""Lists in the admin whose pages take equally long however many rows there are."""

from typing import Any

from django.contrib.admin import ModelAdmin, ShowFacets
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

MAX_COUNT = 10_000  # rows
PAGE_ROWS = 50
SEARCH_LENGTH = 200  # characters


class LimitedCount(int):
    """A number of rows at which counting stopped. It reads `10,000+`."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


def count_rows(queryset: QuerySet[Any]) -> int:
    """Return the number of rows, or a LimitedCount if there are more than MAX_COUNT."""
    count = queryset.order_by()[: MAX_COUNT + 1].count()
    return LimitedCount(MAX_COUNT) if count > MAX_COUNT else count


class LimitedPaginator(Paginator):
    """Pages of the first MAX_COUNT rows."""

    @cached_property
    def count(self) -> int:
        return count_rows(self.object_list)  # type: ignore[arg-type]


class LimitedListAdmin(ModelAdmin):
    """Limits the rows that a list counts, shows and changes, and the length of a search.

    A subclass implements `search`.
    """

    paginator = LimitedPaginator
    list_per_page = list_max_show_all = PAGE_ROWS
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # They count the rows of every filter.

    def search(self, request: HttpRequest, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return the rows that match a text, which is empty if there is no search."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if len(search_term) > SEARCH_LENGTH:
            raise BadRequest(f"A search has at most {SEARCH_LENGTH} characters.")
        return self.search(request, queryset, search_term.strip()), False

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Run an action on the selected rows. One on all pages, which a request could ask for, is refused."""
        if request.POST.get("select_across", "0") not in ("", "0"):
            raise BadRequest("An action applies to the rows of one page. Select them.")
        return super().response_action(request, *args, **kwargs)
