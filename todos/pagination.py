"""Lists of todos: whole, or in pages that cost the same wherever they lie."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import F
from django.template import loader
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from todoproject.api.integers import parse_integer
from todos.models import Todo, TodoQuerySet

PAGE_ROWS = 200

# Lambda sends at most 6 MB, a third of which encoding may take; 5,000 small todos are about 2 MB.
WHOLE_ROWS = 5_000
WHOLE_BYTES = 4_000_000

# What a todo's JSON cannot exceed: names, dates and the e-mail, and 6 bytes a character (\u2028).
ROW_BYTES = 700
CHARACTER_BYTES = 6
TEXTS = ("title", "description")


def refused(parameter: str, detail: str, code: str) -> ValidationError:
    return ValidationError({parameter: [ErrorDetail(detail, code=code)]})


@dataclass(frozen=True)
class Order:
    """A sort key; ties are by id in the same direction, and null keys come after all others either way."""

    field: str
    descending: bool
    tie: str

    @classmethod
    def named(cls, name: str, *, of_one_status: bool = False) -> "Order":
        tie = "status_position" if of_one_status else "position"
        return cls(name.removeprefix("-"), name.startswith("-"), tie)

    @classmethod
    def of_changes(cls) -> "Order":
        """By revision, as changes are told."""
        return cls("id", descending=False, tie="revision")

    @property
    def nullable(self) -> bool:
        return Todo._meta.get_field(self.field).null

    def whole(self, queryset: TodoQuerySet) -> TodoQuerySet:
        if self.tie == "revision":
            return queryset.order_by("revision")
        if self.descending:
            return queryset.order_by(F(self.field).desc(nulls_last=self.nullable or None), "-id")
        return queryset.order_by(F(self.field).asc(nulls_last=self.nullable or None), "id")


@dataclass(frozen=True)
class Cursor:
    """The row that a page begins behind, by its position and sort key, and the direction of reading.

    No position is the end of the list.
    """

    position: int | None
    key: Any
    backward: bool
    revision: int  # the user's, as the first page of the walk was read
    purged: int  # up to which the user's deletions were forgotten then

    @classmethod
    def at(cls, todo: Todo, order: Order, *, backward: bool, revision: int, purged: int) -> "Cursor":
        key = getattr(todo, order.field)
        position = getattr(todo, order.tie)
        return cls(position, key.isoformat() if isinstance(key, datetime) else key, backward, revision, purged)


def branches(queryset: TodoQuerySet, order: Order, cursor: Cursor | None) -> list[TodoQuerySet]:
    """Return the parts of the list behind a cursor, in reading order; each is one range of one index.

    One condition for all of them would make the database read and drop what lies before the page.
    """
    backward = cursor is not None and cursor.backward
    if cursor and cursor.position is None:
        cursor = None
    sign, beyond = ("-", "lt") if order.descending != backward else ("", "gt")
    if order.field == "id":
        ordered = queryset.order_by(f"{sign}{order.tie}")
        return [ordered.filter(**{f"{order.tie}__{beyond}": cursor.position}) if cursor else ordered]
    ordered = queryset.order_by(f"{sign}{order.field}", f"{sign}{order.tie}")
    keyed = ordered.filter(**{f"{order.field}__isnull": False}) if order.nullable else ordered
    nulls = [ordered.filter(**{order.field: None})] if order.nullable else []
    if cursor is None:
        return [*nulls, keyed] if backward else [keyed, *nulls]
    if cursor.key is None:
        rest = [part.filter(**{f"{order.tie}__{beyond}": cursor.position}) for part in nulls]
        return [*rest, keyed] if backward else rest
    tie = ordered.filter(**{order.field: cursor.key, f"{order.tie}__{beyond}": cursor.position})
    further = ordered.filter(**{f"{order.field}__{beyond}": cursor.key})
    return [tie, further] if backward else [tie, further, *nulls]


def take(parts: list[TodoQuerySet], count: int) -> list[Todo]:
    """Return the first rows of the parts, asking no more of them than it needs."""
    rows: list[Todo] = []
    for part in parts:
        if len(rows) < count:
            rows += part[: count - len(rows)]
    return rows


class KeysetPagination(BasePagination):
    """With `limit` a page, and `Link` to its neighbours; without it the whole list, if it is not too long."""

    template = "rest_framework/pagination/previous_and_next.html"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self.request = request
        self.links: dict[str, str] = {}
        query = request.query_params
        self.order = Order.named(query.get("ordering") or "id", of_one_status=bool(query.get("status")))
        if query.get("since"):
            self.order = Order.of_changes()
        limit = self.limit()
        cursor = self.cursor()
        self.purged = cursor.purged if cursor else request.user.purged_revision  # type: ignore[union-attr]
        self.revision = cursor.revision if cursor and not query.get("since") else request.user.revision  # type: ignore[union-attr]
        if limit is None:
            if cursor:
                raise refused("cursor", "A cursor needs the limit that it came with.", "invalid")
            return self.whole(queryset)
        rows = take(branches(queryset, self.order, cursor), limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        self.link(rows, cursor, more)
        if query.get("since") and "next" in self.links:
            self.revision = max((row.revision for row in rows), default=int(query["since"]))
        return rows[::-1] if cursor and cursor.backward else rows

    def limit(self) -> int | None:
        text = self.request.query_params.get("limit")
        if not text:
            return None
        limit = parse_integer(text)
        if limit is None or not 1 <= limit <= PAGE_ROWS:
            raise refused("limit", f"Write a whole number from 1 to {PAGE_ROWS}.", "invalid")
        return limit

    @property
    def signer(self) -> Signer:
        """Signs cursors, so that they cannot be edited, for this user and this query, so that they fit no other."""
        query = sorted(
            (name, value)
            for name, value in self.request.query_params.items()
            if value and name not in ("limit", "cursor", "format")
        )
        return Signer(salt=f"todos.cursor {self.request.user.pk} {query}")

    def cursor(self) -> Cursor | None:
        text = self.request.query_params.get("cursor")
        if not text:
            return None
        try:
            return Cursor(**self.signer.unsign_object(text))
        except (BadSignature, TypeError):  # TypeError: signed by a version whose cursors had other parts.
            raise refused(
                "cursor", "This cursor is none, or another query's. Begin again without it.", "invalid"
            ) from None

    def whole(self, queryset: TodoQuerySet) -> list[Todo]:
        rows = list(self.order.whole(queryset)[: WHOLE_ROWS + 1])
        if len(rows) > WHOLE_ROWS:
            raise self.pagination_required()
        return rows

    def pagination_required(self) -> ValidationError:
        detail = (
            f"This list has more than {WHOLE_ROWS:,} todos or {WHOLE_BYTES // 1_000_000} MB; "
            f"add limit (1 to {PAGE_ROWS}) and follow the Link headers."
        )
        return refused("limit", detail, "pagination_required")

    def link(self, rows: list[Todo], cursor: Cursor | None, more: bool) -> None:
        """Note where the neighbours are: a page that was come to has one on the side it was come from."""
        ahead, behind = ("prev", "next") if cursor and cursor.backward else ("next", "prev")
        url = self.request.build_absolute_uri()
        if more:
            self.links[ahead] = self.url(url, self.at(rows[-1], backward=ahead == "prev"))
        if cursor and rows and cursor.position is not None:
            self.links[behind] = self.url(url, self.at(rows[0], backward=behind == "prev"))
        if cursor and not rows:  # All that was here is deleted: back to the first page, or the last.
            end = Cursor(None, None, backward=True, revision=cursor.revision, purged=cursor.purged)
            self.links[behind] = self.url(url, end) if behind == "prev" else remove_query_param(url, "cursor")
        self.display_page_controls = bool(self.links)

    def at(self, todo: Todo, *, backward: bool) -> Cursor:
        return Cursor.at(todo, self.order, backward=backward, revision=self.revision, purged=self.purged)

    def url(self, url: str, cursor: Cursor) -> str:
        return replace_query_param(url, "cursor", self.signer.sign_object(asdict(cursor)))

    def get_paginated_response(self, data: Any) -> Response:
        if not self.request.query_params.get("limit") and self.too_large(data):
            raise self.pagination_required()
        headers = {"X-Revision": str(self.revision)}
        if self.links:
            headers["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in self.links.items())
        return Response(data, headers=headers)

    def too_large(self, data: Any) -> bool:
        """Whether a whole list is too large to send; it is measured only where it could be."""
        bound = sum(ROW_BYTES + CHARACTER_BYTES * sum(len(row.get(name, "")) for name in TEXTS) for row in data)
        return bound > WHOLE_BYTES and len(JSONRenderer().render(data)) > WHOLE_BYTES

    def to_html(self) -> str:
        context = {"previous_url": self.links.get("prev"), "next_url": self.links.get("next")}
        return loader.get_template(self.template).render(context)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": PAGE_ROWS},
                "description": "How many todos a page has; the whole list without it.",
            },
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "Where a page begins; take it from a `Link` header, with all the rest of that URL.",
            },
        ]
