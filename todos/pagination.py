"""Lists of todos, whole or in pages (`limit` and `cursor`)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.template import loader
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.authentication import logged_in_user
from todoproject.api.exceptions import field_error
from todoproject.api.integers import parse_integer
from todos import rows
from todos.keyset import SORT_COLUMNS, Cursor, Ordering, build_range_queries, read_ranges
from todos.list_size import MAX_PAGE_ROWS, MAX_ROWS_WITHOUT_LIMIT, is_too_large, list_too_long_error
from todos.models import TodoQuerySet
from todos.responses import is_json

# The query parameters of a plain list; see `is_plain_list`.
PLAIN_PARAMETERS = {"limit", "cursor", "format"}


@dataclass(frozen=True)
class Page:
    """Todos that were read, the URLs of the neighbouring pages by `next` and `prev`, and the cursor that led here."""

    todos: list[Any]
    links: dict[str, str]
    cursor: Cursor | None

    @property
    def has_next(self) -> bool:
        return "next" in self.links


class KeysetPagination(BasePagination):
    """Returns a page and its `Link` header if `limit` is given, else the whole list up to a maximum size."""

    template = "rest_framework/pagination/previous_and_next.html"
    page: Page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Read the page that the request asks for into `page`, and return its todos, in JSON as rows.

        `queryset` is None for a plain list.
        """
        self.request = request
        ordering, limit, cursor = parse_ordering(request), parse_limit(request), parse_cursor(request)
        if limit is not None:
            self.page = read_page(request, queryset, ordering, limit, cursor)
        elif cursor is not None:
            raise field_error("cursor", "A cursor needs limit. Send the whole URL of the Link header.", "invalid")
        else:
            self.page = Page(read_whole_list(request, queryset, ordering), {}, None)
        self.display_page_controls = bool(self.page.links)
        return self.page.todos

    def get_paginated_response(self, data: Any) -> Response:
        if not self.request.query_params.get("limit") and is_too_large(data):
            raise list_too_long_error()
        links = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in self.page.links.items())
        return Response(data, headers={"Link": links} if links else None)

    def to_html(self) -> str:
        context = {"previous_url": self.page.links.get("prev"), "next_url": self.page.links.get("next")}
        return loader.get_template(self.template).render(context)


def parse_ordering(request: Request) -> Ordering:
    query = request.query_params
    if query.get("since"):
        return Ordering.by_revision()
    return Ordering.by_name(query.get("ordering") or "id", filtered_by_status=bool(query.get("status")))


def parse_limit(request: Request) -> int | None:
    text = request.query_params.get("limit")
    if not text:
        return None
    limit = parse_integer(text)
    if limit is None or not 1 <= limit <= MAX_PAGE_ROWS:
        raise field_error("limit", f"Send a whole number from 1 to {MAX_PAGE_ROWS}.", "invalid")
    return limit


def parse_cursor(request: Request) -> Cursor | None:
    text = request.query_params.get("cursor")
    if not text:
        return None
    try:
        return Cursor(**build_cursor_signer(request).unsign_object(text))
    except (BadSignature, TypeError):  # TypeError: a version of the API with other fields signed it.
        detail = "Invalid cursor for this query. Start again without a cursor."
        raise field_error("cursor", detail, "invalid") from None


def build_cursor_signer(request: Request) -> Signer:
    """Return the signer of cursors. Its salt ties a cursor to the user and the query.

    It also ties a cursor to the column that is sorted by, where that is not the named one: titles were sorted by
    themselves once.
    """
    query = sorted(
        (name, value)
        for name, value in request.query_params.items()
        if value and name not in ("limit", "cursor", "format")
    )
    column = SORT_COLUMNS.get(request.query_params.get("ordering", "").removeprefix("-"))
    return Signer(salt=f"todos.cursor {request.user.pk} {query}{f' {column}' if column else ''}")


def is_plain_list(request: Request) -> bool:
    """Return whether a list is JSON, without filters and in the order of the ids, so that `rows.read_list` reads it."""
    return is_json(request) and request.query_params.keys() <= PLAIN_PARAMETERS


def read_page(
    request: Request, queryset: TodoQuerySet | None, ordering: Ordering, limit: int, cursor: Cursor | None
) -> Page:
    """Read one page, plus one row to see whether another page follows."""
    if queryset is None:
        todos: list[Any] = rows.read_list(logged_in_user(request), limit + 1, cursor)
    else:
        todos = read_ranges(build_range_queries(queryset, ordering, cursor), limit + 1, choose_reader(request))
    has_more, todos = len(todos) > limit, todos[:limit]
    links = build_page_links(request, ordering, cursor, todos, has_more=has_more)
    return Page(todos[::-1] if cursor and cursor.backward else todos, links, cursor)


def build_page_links(
    request: Request, ordering: Ordering, cursor: Cursor | None, todos: list[Any], *, has_more: bool
) -> dict[str, str]:
    """Return the URLs of the neighbouring pages by `next` and `prev`.

    `todos` are in the order in which they were read: backwards if the cursor is backward.
    """
    user, backward = logged_in_user(request), cursor is not None and cursor.backward
    revisions = {
        "revision": cursor.revision if cursor else user.revision,
        "purged": cursor.purged if cursor else user.purged_revision,
    }
    links: dict[str, str] = {}
    onward, back = ("prev", "next") if backward else ("next", "prev")
    if has_more:
        links[onward] = build_page_url(request, Cursor.for_todo(todos[-1], ordering, backward=backward, **revisions))
    if cursor and todos and cursor.position is not None:
        links[back] = build_page_url(request, Cursor.for_todo(todos[0], ordering, backward=not backward, **revisions))
    if cursor and not todos:  # Every row of this page has been deleted: link to the first page, or to the last.
        last_page = Cursor(None, None, backward=True, **revisions)
        first_page_url = remove_query_param(request.build_absolute_uri(), "cursor")
        links[back] = first_page_url if backward else build_page_url(request, last_page)
    return links


def build_page_url(request: Request, cursor: Cursor) -> str:
    """Return the URL of the request with another cursor."""
    return replace_query_param(
        request.build_absolute_uri(), "cursor", build_cursor_signer(request).sign_object(asdict(cursor))
    )


def read_whole_list(request: Request, queryset: TodoQuerySet | None, ordering: Ordering) -> list[Any]:
    count = MAX_ROWS_WITHOUT_LIMIT + 1
    if queryset is None:
        todos = rows.read_list(logged_in_user(request), count)
    else:
        todos = choose_reader(request)(ordering.order_queryset(queryset)[:count])
    if len(todos) > MAX_ROWS_WITHOUT_LIMIT:
        raise list_too_long_error()
    return todos


def choose_reader(request: Request) -> Callable[[TodoQuerySet], list[Any]]:
    """Return the function that reads a queryset: as rows for JSON, else as instances."""
    return rows.read_queryset if is_json(request) else list
