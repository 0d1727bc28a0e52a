"""Bulk calls on `/todos/`: create, change or clear several todos in one request, all or none."""

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
from todoproject.api.serializers import EmptySerializer
from todos import conditions, schema
from todos.models import Todo, TodoQuerySet
from todos.responses import set_revision_header
from todos.serializers import MAX_BULK_ITEMS, StatusPatchSerializer, TodoSerializer
from todos.unit_of_work import unit_of_work

MAX_ID = 2**63 - 1
STALE_ITEMS = conditions.StaleItemsError({"7": conditions.stale_item_error().detail})  # an example for OpenAPI


class BulkPatchSerializer(serializers.ListSerializer):
    """Changes of up to 100 todos: each item names a todo by its `id` and changes at least one field.

    `instance` is the queryset of todos that may be changed. `validated_data` is a list of pairs (todo, values).
    """

    instance: TodoQuerySet
    child: StatusPatchSerializer

    @cached_property
    def id_counts(self) -> Counter[int]:
        """How often each valid id is named."""
        ids = [item.get("id") for item in self.initial_data if isinstance(item, dict)]
        return Counter(pk for pk in ids if type(pk) is int and 0 < pk <= MAX_ID)

    @cached_property
    def todos(self) -> dict[int, Todo]:
        """The todos that are named, by id, in one query."""
        return self.instance.in_bulk(list(self.id_counts))

    def run_child_validation(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return super().run_child_validation(data)
        todo = self.get_todo(data)
        if conditions.names_other_revision(data, todo):
            raise conditions.stale_item_error()
        self.child.instance = todo
        return todo, super().run_child_validation(data)

    def get_todo(self, item: dict[str, Any]) -> Todo:
        """Return the todo that an item names."""
        if "id" not in item:
            raise field_error("id", "This field is required.", "required")
        pk = item["id"]
        todo = self.todos.get(pk) if type(pk) is int else None
        if todo is None:
            raise field_error("id", "You have no todo with this id.", "not_found")
        if self.id_counts[pk] > 1:
            raise field_error("id", "This todo is named more than once.", "repeated")
        return todo


class BulkMixin(GenericViewSet):
    """The bulk calls of the todo viewset."""

    def create_many(self, request: Request) -> Response:
        """Create up to 100 todos from an array."""
        serializer: serializers.ListSerializer = serializers.ListSerializer(
            data=request.data, child=TodoSerializer(), allow_empty=False, max_length=MAX_BULK_ITEMS
        )
        serializer.is_valid(raise_exception=True)
        with unit_of_work(logged_in_user(request)) as work:
            todos = work.create_many(serializer.validated_data)
        response = Response(TodoSerializer(todos, many=True).data, status=status.HTTP_201_CREATED)
        return set_revision_header(response, work.revision)

    @schema.CHANGE_TODOS
    def partial_update_many(self, request: Request) -> Response:
        """Change up to 100 todos, all or none: an array of `{"id": …}` with the fields to change.

        With a `revision` an item is changed only if the todo still has that revision. If one is stale, nothing is
        changed, and the response is 412.
        """
        if not isinstance(request.data, list):
            raise self.collection_method_not_allowed()
        conditions.check_no_if_match(request)
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
        response = Response(TodoSerializer(todos, many=True).data, status=status.HTTP_202_ACCEPTED)
        return set_revision_header(response, work.revision)

    @schema.CLEAR_COMPLETED
    def clear(self, request: Request) -> Response:
        """Delete all completed todos. The query must be exactly `?status=completed`."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        conditions.check_no_if_match(request)
        if "status" not in request.query_params:
            raise self.collection_method_not_allowed()
        if request.query_params["status"] != Todo.Status.COMPLETED:
            detail = "Only completed todos can be cleared. Send status=completed."
            raise field_error("status", detail, "invalid_choice")
        with unit_of_work(logged_in_user(request)) as work:
            work.clear_completed()
        return set_revision_header(Response(status=status.HTTP_204_NO_CONTENT), work.revision)

    def collection_method_not_allowed(self) -> MethodNotAllowed:
        """Return the 405 of a PATCH or DELETE that is no bulk call, as if the list did not know the method."""
        self.headers["Allow"] = "GET, POST, HEAD, OPTIONS"
        return MethodNotAllowed(str(self.request.method))


def bulk_error(errors: Any) -> ValidationError:
    """Return the error of an invalid bulk change: 412 if all that is wrong is that todos have changed, else 400."""
    items = errors.values() if isinstance(errors, dict) else []
    stale = [isinstance(item, dict) and [e.code for e in item.get("revision", [])] == ["stale"] for item in items]
    return conditions.StaleItemsError(errors) if stale and all(stale) else ValidationError(errors)
