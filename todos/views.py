"""The todos of the signed-in user."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from accounts.models import User
from todoproject.numbers import parse_integer
from todoproject.serializers import NoFields
from todoproject.views import StrictView
from todos.filters import TodoFilter
from todos.models import Todo, TodoQuerySet
from todos.pagination import KeysetPagination
from todos.serializers import StatusPatchSerializer, TodoSerializer
from todos.writes import writing

LINK = OpenApiParameter("Link", str, "header", response=[200], description="`next` and `prev` pages, where they exist.")
LOCATION = OpenApiParameter("Location", str, "header", response=[201], description="The URL of the new todo.")


@extend_schema_view(
    list=extend_schema(operation_id="list_todos", parameters=[LINK]),
    create=extend_schema(operation_id="create_todo", parameters=[LOCATION]),
    retrieve=extend_schema(operation_id="read_todo"),
    update=extend_schema(operation_id="replace_todo"),
    partial_update=extend_schema(operation_id="change_todo", responses={202: TodoSerializer}),
    destroy=extend_schema(operation_id="delete_todo"),
)
class TodoViewSet(StrictView, ModelViewSet):
    """The todos of the signed-in user. Anybody else's are not found, as if they never existed."""

    queryset = Todo.objects.none()
    serializer_class = TodoSerializer
    serializer_classes = {"partial_update": StatusPatchSerializer}  # noqa: RUF012 (as DRF's own class attributes)
    filterset_class = TodoFilter
    pagination_class = KeysetPagination

    def query_parameters(self) -> set[str]:
        lists = self.action == "list" or (self.action == "metadata" and not self.detail)
        filters = {*TodoFilter.base_filters, "limit", "cursor"} if lists else set()
        return super().query_parameters() | filters

    def get_queryset(self) -> TodoQuerySet:
        return Todo.objects.owned_by(self.request.user).live().defer("search_text")

    def get_serializer_class(self) -> type[BaseSerializer]:
        return self.serializer_classes.get(self.action, self.serializer_class)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "pk" in self.kwargs and parse_integer(self.kwargs["pk"]) is None:
            raise Http404

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if self.detail:
            self.get_object()
        return super().options(request, *args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your todos, oldest first unless ordered otherwise.

        Without `limit` the whole list, up to 5,000 todos or 4 MB. With it, pages: follow the URLs in `Link`.
        Walking them visits every todo once whose sort key stays as it is, whatever else is written meanwhile.
        """
        return super().list(request, *args, **kwargs)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a todo. Its URL is in `Location`."""
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: BaseSerializer) -> None:
        with writing(cast(User, self.request.user)) as write:
            serializer.instance = write.create(**serializer.validated_data)

    def get_success_headers(self, data: Any) -> dict[str, str]:
        return {"Location": reverse("todo-detail", args=[data["id"]], request=self.request)}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a todo."""
        return super().retrieve(request, *args, **kwargs)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a todo. `title` is required; another field that is left out keeps its value."""
        _ = request.data  # Read before the owner's row is locked: a slow client must hold up nobody.
        with writing(cast(User, request.user)) as self.write:
            return super().update(request, *args, **kwargs)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of a todo, its status above all: complete it, or open it again."""
        response = super().partial_update(request, *args, **kwargs)
        response.status_code = status.HTTP_202_ACCEPTED
        return response

    def perform_update(self, serializer: BaseSerializer) -> None:
        self.write.update(cast(Todo, serializer.instance), **serializer.validated_data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a todo. Doing so again changes nothing, and is no error while the deletion is remembered."""
        NoFields(data=request.data).is_valid(raise_exception=True)
        with writing(cast(User, request.user)) as write:
            write.delete(get_object_or_404(Todo.objects.owned_by(request.user), pk=self.kwargs["pk"]))
        return Response(status=status.HTTP_204_NO_CONTENT)
