"""The viewset of todos: list, create, read and update.

The calls on several todos are in `todos/bulk.py`, delete and restore in `todos/delete_and_restore.py`.
"""

from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from accounts.authentication import logged_in_user
from todoproject.api.entity_tags import is_wildcard
from todoproject.api.integers import parse_integer
from todoproject.api.renderers import JSONRenderer
from todoproject.api.views import StrictView
from todos import bulk, conditions, idempotency, rows, sync
from todos.delete_and_restore import DeleteAndRestoreMixin
from todos.filters import TodoFilter
from todos.models import Todo, TodoQuerySet
from todos.pagination import KeysetPagination, is_plain_list
from todos.renderers import CSVRenderer
from todos.responses import (
    is_json,
    list_not_modified,
    not_modified_response,
    represent_todos,
    set_revision_header,
    todo_response,
)
from todos.serializers import StatusPatchSerializer, TodoSerializer
from todos.statements import get_live_todo
from todos.unit_of_work import unit_of_work


class TodoViewSet(bulk.BulkMixin, DeleteAndRestoreMixin, StrictView, ModelViewSet):
    """Your todos. Those of other users are not found, as if they did not exist."""

    queryset = Todo.objects.none()
    serializer_class = TodoSerializer
    filterset_class = TodoFilter
    pagination_class = KeysetPagination
    paginator: KeysetPagination

    @property
    def methods_without_form(self) -> tuple[str, ...]:
        """The methods without a form in the browsable API: forms cannot send bulk calls."""
        return () if self.detail else ("PATCH", "DELETE")

    def get_queryset(self) -> TodoQuerySet:
        return Todo.objects.owned_by(self.request.user).live().defer("search_text")

    def get_list_queryset(self, since: int | None) -> Any:
        if since is not None:
            return sync.changes_since(logged_in_user(self.request), since)
        return self.filter_queryset(self.get_queryset())

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter a list if the query has a filter: django-filter builds all of its form each time."""
        is_filtered = self.action == "list" and self.request.query_params.keys() & TodoFilter.base_filters.keys()
        return super().filter_queryset(queryset) if is_filtered else queryset

    def get_serializer_class(self) -> type[BaseSerializer]:
        return StatusPatchSerializer if self.action == "partial_update" else self.serializer_class

    def get_renderers(self) -> list[Any]:
        return [*super().get_renderers(), *([CSVRenderer()] if self.action == "list" else [])]

    def allowed_query_parameters(self) -> set[str]:
        known = super().allowed_query_parameters()
        if self.action == "clear_completed":
            return known | {"status"}
        if self.action == "list" or (self.action == "metadata" and not self.detail):
            return known | sync.PARAMETERS_WITH_SINCE | TodoFilter.base_filters.keys()
        return known

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        conditions.check_conditional_headers(request)
        if "pk" in self.kwargs and parse_integer(self.kwargs["pk"]) is None:
            raise Http404

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, conditions.StaleTodo):
            return todo_response(self.request, exc.todo, status_code=exc.status_code)
        if isinstance(getattr(self.request, "accepted_renderer", None), CSVRenderer):
            self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), "application/json"
        return super().handle_exception(exc)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the user's todos: all of them, a page, or with `since` what changed after a revision."""
        conditions.refuse_conditions(request, "If-Match")
        user = logged_in_user(request)
        since, etag = sync.parse_since(request), conditions.list_etag(request)
        is_not_modified = conditions.is_not_modified(request, etag)
        if is_not_modified and not is_wildcard(request.headers["If-None-Match"]):
            return list_not_modified(request, etag)
        queryset: Any = None if is_plain_list(request) else self.get_list_queryset(since)
        todos: Any = self.paginate_queryset(queryset)
        response = self.get_paginated_response(represent_todos(request, todos))
        if since is not None:
            sync.check_nothing_purged(user, since, self.paginator.page)
        if is_not_modified:  # If-None-Match: * matches any list without errors, so it is read first.
            return list_not_modified(request, etag)
        conditions.set_etag(request, response, etag)
        if request.accepted_renderer.format == "csv":
            response["Content-Disposition"] = 'attachment; filename="todos.csv"'
        return set_revision_header(response, sync.next_since(user, since, self.paginator.page))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a todo, or up to 100 from an array (all or none). An `Idempotency-Key` creates only one todo."""
        conditions.refuse_conditions(request)
        key = idempotency.parse_key(request)
        if isinstance(request.data, list):
            return self.create_many(request)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        todo, replayed, revision = idempotency.create_todo(logged_in_user(request), serializer.validated_data, key)
        response = todo_response(request, todo, status_code=200 if replayed else 201, revision=revision)
        if replayed:
            response["Idempotent-Replayed"] = "true"
        if todo.deleted_at is None:
            response["Location"] = request.build_absolute_uri(f"{request.path}{todo.pk}/")
        return response

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a todo."""
        todo = rows.get_todo(logged_in_user(request), self.kwargs["pk"]) if is_json(request) else self.get_object()
        etag = conditions.todo_etag(todo)
        conditions.check_if_match(request, todo)
        if conditions.is_not_modified(request, etag):
            return not_modified_response(request, etag)
        return todo_response(request, todo)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a todo. `title` is required; an optional field that is omitted keeps its value."""
        todo, revision = self.update_todo(request, partial=False)
        return todo_response(request, todo, revision)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of a todo, such as its status: complete it, or reopen it."""
        todo, revision = self.update_todo(request, partial=True)
        return todo_response(request, todo, revision, status_code=status.HTTP_202_ACCEPTED)

    def update_todo(self, request: Request, *, partial: bool) -> tuple[Todo, int]:
        """Update the todo of this URL if its preconditions hold; return it and the user's revision after that."""
        _ = request.data  # Parse the body before the owner's row is locked, so that it does not delay other writes.
        with unit_of_work(logged_in_user(request)) as work:
            todo = get_live_todo(work.owner, self.kwargs["pk"])
            conditions.check_preconditions(request, todo)
            serializer = self.get_serializer(todo, data=request.data, partial=partial)
            serializer.is_valid(raise_exception=True)
            work.update(todo, **serializer.validated_data)
        return todo, work.revision

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if self.detail:
            self.get_object()
        return super().options(request, *args, **kwargs)
