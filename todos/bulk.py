"""Bulk calls on `/todos/`: create, update or delete several todos in one request, all or none."""

from collections import Counter
from functools import cached_property
from typing import Any

from rest_framework import serializers, status
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import logged_in_user
from todoproject.api.exceptions import field_error
from todoproject.api.integers import MAX_INTEGER
from todoproject.api.serializers import EmptySerializer
from todos import conditions
from todos.models import Todo, TodoQuerySet
from todos.responses import represent_todos, set_revision_header
from todos.serializers import MAX_BULK_ITEMS, StatusPatchSerializer, TodoSerializer
from todos.unit_of_work import create_todos, unit_of_work


class BulkPatchSerializer(serializers.ListSerializer):
    """Changes of up to 100 todos: each item has the `id` of a todo, and at least one field to change.

    `instance` is the queryset of todos that may be changed. `validated_data` is a list of pairs (todo, values).
    """

    instance: TodoQuerySet
    child: StatusPatchSerializer

    @cached_property
    def id_counts(self) -> Counter[int]:
        """The number of items with each valid id."""
        ids = [item.get("id") for item in self.initial_data if isinstance(item, dict)]
        return Counter(pk for pk in ids if type(pk) is int and 0 < pk <= MAX_INTEGER)

    @cached_property
    def todos(self) -> dict[int, Todo]:
        """The todos of the items by id, read in one query."""
        return self.instance.in_bulk(list(self.id_counts))

    def run_child_validation(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().run_child_validation(data)
        todo = self.find_todo(data)
        if conditions.has_stale_revision(data, todo):
            raise conditions.stale_item_error()
        self.child.instance = todo
        return todo, super().run_child_validation(data)

    def find_todo(self, item: dict[str, Any]) -> Todo:
        """Return the todo of an item; raise 400 if it is missing, unknown, not the user's or in several items."""
        if "id" not in item:
            raise field_error("id", "This field is required.", "required")
        pk = item["id"]
        if type(pk) is not int:
            raise field_error("id", "Send a whole number: the id of one of your todos.", "invalid")
        todo = self.todos.get(pk)
        if todo is None:
            raise field_error("id", "You have no todo with this id.", "not_found")
        if self.id_counts[pk] > 1:
            raise field_error("id", "This id is in more than one item. Send one item for each todo.", "repeated")
        return todo


class BulkMixin(GenericViewSet):
    """The bulk calls of `TodoViewSet`: PATCH and DELETE of the list, and POST of an array."""

    def create_many(self, request: Request) -> Response:
        """Create up to 100 todos from an array."""
        serializer: serializers.ListSerializer = serializers.ListSerializer(
            data=request.data, child=TodoSerializer(), allow_empty=False, max_length=MAX_BULK_ITEMS
        )
        serializer.is_valid(raise_exception=True)
        todos, revision = create_todos(logged_in_user(request), serializer.validated_data)
        response = Response(represent_todos(request, todos), status=status.HTTP_201_CREATED)
        return set_revision_header(response, revision)

    def partial_update_many(self, request: Request) -> Response:
        """Change up to 100 todos, all or none: an array of `{"id": …}` with the fields to change."""
        if not isinstance(request.data, list):
            raise self.collection_method_not_allowed()
        conditions.refuse_conditions(request)
        with unit_of_work(logged_in_user(request)) as work:
            serializer = BulkPatchSerializer(
                self.get_queryset(),
                data=request.data,
                partial=True,
                child=StatusPatchSerializer(partial=True),
                allow_empty=False,
                max_length=MAX_BULK_ITEMS,
            )
            if not serializer.is_valid():
                raise bulk_error(serializer.errors)
            work.update_many(serializer.validated_data)
        todos = [todo for todo, _ in serializer.validated_data]
        response = Response(represent_todos(request, todos), status=status.HTTP_202_ACCEPTED)
        return set_revision_header(response, work.revision)

    def clear_completed(self, request: Request) -> Response:
        """Delete all completed todos. Requires `?status=completed`."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        if "status" not in request.query_params:
            raise self.collection_method_not_allowed()
        conditions.refuse_conditions(request)
        if request.query_params["status"] != Todo.Status.COMPLETED:
            detail = "Only completed todos can be deleted together. Send status=completed."
            raise field_error("status", detail, "invalid_choice")
        with unit_of_work(logged_in_user(request)) as work:
            work.clear_completed()
        return set_revision_header(Response(status=status.HTTP_204_NO_CONTENT), work.revision)

    def collection_method_not_allowed(self) -> MethodNotAllowed:
        """Return the 405 for a PATCH or DELETE of the list that is not a bulk call."""
        self.headers["Allow"] = "GET, POST, HEAD, OPTIONS"
        return MethodNotAllowed(str(self.request.method))


def bulk_error(errors: Any) -> ValidationError:
    """Return the error of an invalid bulk change: 412 if every invalid item is just stale, else 400."""
    items = errors.values() if isinstance(errors, dict) else []
    code = conditions.StaleTodo.default_code
    stale = [isinstance(item, dict) and [e.code for e in item.get("revision", [])] == [code] for item in items]
    return conditions.StaleItemsError(errors) if stale and all(stale) else ValidationError(errors)
