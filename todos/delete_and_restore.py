"""Delete a todo, leaving a tombstone, and restore it."""

from typing import Any

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import logged_in_user
from todoproject.api.serializers import EmptySerializer
from todos.conditions import check_preconditions, refuse_conditions
from todos.responses import set_revision_header, todo_response
from todos.statements import get_todo_or_tombstone
from todos.unit_of_work import unit_of_work


class DeleteAndRestoreMixin(GenericViewSet):
    """The calls of `TodoViewSet` that delete and restore one todo."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a todo. Deleting it again has no effect, and is not an error while it can be restored."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        with unit_of_work(logged_in_user(request)) as work:
            todo = get_todo_or_tombstone(work.owner, self.kwargs["pk"])
            if todo.deleted_at is None:
                check_preconditions(request, todo)
            work.delete(todo)
        return set_revision_header(Response(status=status.HTTP_204_NO_CONTENT), work.revision)

    @action(detail=True, methods=["post"], serializer_class=EmptySerializer)
    def restore(self, request: Request, pk: str = "") -> Response:
        """Restore a deleted todo, for at least 30 days after its deletion. A todo that is not deleted is unchanged."""
        refuse_conditions(request)
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        with unit_of_work(logged_in_user(request)) as work:
            todo = get_todo_or_tombstone(work.owner, pk)
            work.restore(todo)
        return todo_response(request, todo, work.revision)
