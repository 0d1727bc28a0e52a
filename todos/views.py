"""The todos of the signed-in user."""

from typing import Any, cast

from django.db import IntegrityError
from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ErrorDetail, MethodNotAllowed, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

from accounts.models import User
from todoproject.api.integers import parse_integer
from todoproject.api.serializers import EmptySerializer
from todoproject.api.views import StrictView
from todos import conditions
from todos import schema as documented
from todos.filters import TodoFilter
from todos.idempotency import KeyReused, idempotency
from todos.models import Todo, TodoQuerySet
from todos.pagination import KeysetPagination
from todos.renderers import CSVRenderer
from todos.serializers import BULK_ITEMS, BulkPatchSerializer, StatusPatchSerializer, TodoSerializer
from todos.unit_of_work import UnitOfWork, unit_of_work

SYNC_PARAMETERS = {"since", "limit", "cursor", "format"}


class SyncTokenExpired(APIException):
    status_code = status.HTTP_410_GONE
    default_code = "sync_token_expired"
    default_detail = "What was deleted since then is not remembered any more; read the whole list, or since=0."


@extend_schema_view(**documented.OPERATIONS)
class TodoViewSet(StrictView, ModelViewSet):
    """The todos of the signed-in user. Anybody else's are not found, as if they never existed."""

    queryset = Todo.objects.none()
    serializer_class = TodoSerializer
    serializer_classes = {"partial_update": StatusPatchSerializer}  # noqa: RUF012 (as DRF's own class attributes)
    filterset_class = TodoFilter
    pagination_class = KeysetPagination
    saved: Todo | list[Todo]

    @property
    def methods_without_form(self) -> tuple[str, ...]:
        """What changes several todos takes an array, or means one list only: nothing for a form on every page."""
        return () if self.detail else ("PATCH", "DELETE")

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def get_renderers(self) -> list[Any]:
        return [*super().get_renderers(), *([CSVRenderer()] if self.action == "list" else [])]

    def query_parameters(self) -> set[str]:
        if self.action == "clear":
            return super().query_parameters() | {"status"}
        lists = self.action == "list" or (self.action == "metadata" and not self.detail)
        filters = {*TodoFilter.base_filters, "since", "limit", "cursor"} if lists else set()
        return super().query_parameters() | filters

    def get_queryset(self) -> TodoQuerySet:
        return Todo.objects.owned_by(self.request.user).live().defer("search_text")

    def get_serializer_class(self) -> type[BaseSerializer]:
        return self.serializer_classes.get(self.action, self.serializer_class)

    def get_serializer(self, *args: Any, **kwargs: Any) -> BaseSerializer:
        if self.action == "create" and isinstance(kwargs.get("data"), list):
            kwargs |= {"many": True, "allow_empty": False, "max_length": BULK_ITEMS}
        return super().get_serializer(*args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        conditions.check_form(request)
        if "pk" in self.kwargs and parse_integer(self.kwargs["pk"]) is None:
            raise Http404

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, conditions.Stale):
            return self.answer(exc.todo, status=exc.status_code)
        if isinstance(getattr(self.request, "accepted_renderer", None), CSVRenderer):
            self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), "application/json"
        return super().handle_exception(exc)

    def answer(self, todo: Todo, **options: Any) -> Response:
        """The todo, with its entity tag."""
        response = Response(TodoSerializer(todo, context=self.get_serializer_context()).data, **options)
        self.tag(response, conditions.todo_tag(todo))
        return response

    def tag(self, response: Response, tag: str) -> None:
        """Set the entity tag; a page for people, which shows more than the todos, has none."""
        if self.request.accepted_renderer.format != "api":
            response["ETag"] = tag

    def written(self, response: Response, work: UnitOfWork) -> Response:
        response["X-Revision"] = str(work.revision)
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if self.detail:
            self.get_object()
        return super().options(request, *args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your todos, oldest first unless ordered otherwise.

        Without `limit` the whole list, up to 5,000 todos or 4 MB. With it, pages: follow the URLs in `Link`.
        Walking them visits every todo once whose sort key stays as it is, whatever else is written meanwhile.

        With `since`, what has changed after that revision, ordered by revision; a deleted todo is
        `{"id", "revision", "deleted": true}`. Pass next time what `X-Revision` says.
        """
        if request.query_params.get("since"):
            self.check_since()
        tag = conditions.list_tag(request)
        if self.has(tag) and not conditions.anything(request, "If-None-Match"):
            return self.not_modified(tag)
        response = super().list(request, *args, **kwargs)
        self.check_nothing_was_purged()
        if self.has(tag):  # By `*`, which says nothing of the query: only now is it known to be a good one.
            return self.not_modified(tag)
        self.tag(response, tag)
        if request.accepted_renderer.format == "csv":
            response["Content-Disposition"] = 'attachment; filename="todos.csv"'
        return response

    def has(self, tag: str) -> bool:
        """Whether the client has what it asks for; a page for people is always made anew."""
        return self.request.accepted_renderer.format != "api" and conditions.not_modified(self.request, tag)

    def not_modified(self, tag: str) -> Response:
        response = Response(status=status.HTTP_304_NOT_MODIFIED)
        if self.action == "list" and not self.request.query_params.get("limit"):
            response["X-Revision"] = str(self.user.revision)  # A page's own is known only to who read it.
        self.tag(response, tag)
        return response

    def check_nothing_was_purged(self) -> None:
        """Refuse changes that were read while some of them, or of those told on earlier pages, were forgotten."""
        query = self.request.query_params
        known = int(query.get("since") or 0)
        if query.get("since") and not known and query.get("cursor"):
            known = cast(KeysetPagination, self.paginator).purged
        elif not known:
            return
        if User.objects.filter(pk=self.user.pk, purged_revision__gt=known).exists():
            raise SyncTokenExpired

    def check_since(self) -> None:
        """Refuse a `since` that is none, or that goes with another parameter or format."""
        query = self.request.query_params
        for name in sorted(query.keys() - SYNC_PARAMETERS):
            detail = "since goes with limit and cursor only."
            raise ValidationError({name: [ErrorDetail(detail, code="not_with_since")]})
        since = parse_integer(query["since"])
        if since is None or not 0 <= since <= self.user.revision:
            detail = f"Write the X-Revision of an earlier answer: a whole number from 0 to {self.user.revision}."
            raise ValidationError({"since": [ErrorDetail(detail, code="invalid")]})
        if self.request.accepted_renderer.format != "json":
            raise ValidationError({"since": [ErrorDetail("Changes are told as JSON only.", code="json_only")]})
        if 0 < since < self.user.purged_revision:
            raise SyncTokenExpired

    def filter_queryset(self, queryset: Any) -> Any:
        since = self.request.query_params.get("since") if self.action == "list" else None
        if since:
            return Todo.objects.owned_by(self.user).defer("search_text").filter(revision__gt=int(since))
        return super().filter_queryset(queryset)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a todo, or with an array up to 100, all or none.

        Send an `Idempotency-Key` to be able to send the same again, after a lost answer: it makes one todo.
        """
        self.columns = idempotency(request)
        self.replayed = False
        response = super().create(request, *args, **kwargs)
        if isinstance(self.saved, Todo) and self.saved.deleted_at is None:
            self.tag(response, conditions.todo_tag(self.saved))
        response["X-Revision"] = str(self.revision)
        if self.replayed:
            response.status_code = status.HTTP_200_OK
            response["Idempotent-Replayed"] = "true"
        return response

    def perform_create(self, serializer: BaseSerializer) -> None:
        values = serializer.validated_data
        try:
            self.insert(values)
        except IntegrityError:
            if not self.made_before():
                self.insert(values)  # What had the key has just been purged.
        serializer.instance = self.saved

    def insert(self, values: Any) -> None:
        many = isinstance(values, list)
        with unit_of_work(self.user, rows=len(values) if many else 1) as work:
            self.saved = work.create_many(values) if many else work.create(**values, **self.columns)
        self.revision = work.revision

    def made_before(self) -> bool:
        """Take the todo that this request's key made, which its unique constraint has just refused to make again."""
        key, said = self.columns.get("idempotency_key"), self.columns.get("idempotency_hash")
        todo = Todo.objects.owned_by(self.user).filter(idempotency_key=key).first() if key else None
        if todo is None:
            return False
        if todo.idempotency_hash != said:
            raise KeyReused
        self.saved, self.replayed, self.revision = todo, True, max(self.user.revision, todo.revision)
        return True

    def get_success_headers(self, data: Any) -> dict[str, str]:
        if isinstance(data, list) or "deleted" in data:
            return {}
        return {"Location": reverse("todo-detail", args=[data["id"]], request=self.request)}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a todo."""
        todo = self.get_object()
        tag = conditions.todo_tag(todo)
        return self.not_modified(tag) if self.has(tag) else self.answer(todo)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a todo. `title` is required; another field that is left out keeps its value.

        With `If-Match`, or a `revision` in the body, only if it is still as you last saw it: else 412, with the
        todo as it is now.
        """
        _ = request.data  # Read before the owner's row is locked: a slow client must hold up nobody.
        with unit_of_work(self.user) as self.work:
            response = super().update(request, *args, **kwargs)
        self.tag(response, f'"{response.data["revision"]}"')
        return self.written(response, self.work)

    def get_object(self) -> Todo:
        todo = super().get_object()
        if self.action in ("update", "partial_update"):
            conditions.check_current(self.request, todo)
        return todo

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of a todo, its status above all: complete it, or open it again.

        With `If-Match`, or a `revision` in the body, as with PUT.
        """
        response = super().partial_update(request, *args, **kwargs)
        response.status_code = status.HTTP_202_ACCEPTED
        return response

    def perform_update(self, serializer: BaseSerializer) -> None:
        self.work.update(cast(Todo, serializer.instance), **serializer.validated_data)

    @documented.CHANGE_MANY
    def partial_update_many(self, request: Request) -> Response:
        """Change up to 100 todos, all or none: an array of `{"id": …}` with the fields to change.

        A `revision` in an item makes its change conditional; where it is stale, nothing is changed: 412.
        """
        if not isinstance(request.data, list):
            raise self.not_for_lists()
        conditions.check_unconditional(request)
        with unit_of_work(self.user, rows=min(len(request.data), BULK_ITEMS) or 1) as work:
            serializer = BulkPatchSerializer(
                self.get_queryset(),
                data=request.data,
                partial=True,
                child=StatusPatchSerializer(partial=True, context=self.get_serializer_context()),
                allow_empty=False,
                max_length=BULK_ITEMS,
            )
            if not serializer.is_valid():
                raise self.refusal(serializer.errors)
            work.update_many(serializer.validated_data)
        todos = [todo for todo, _ in serializer.validated_data]
        return self.written(Response(TodoSerializer(todos, many=True).data, status=status.HTTP_202_ACCEPTED), work)

    def not_for_lists(self) -> MethodNotAllowed:
        """A change of a list that is no bulk: as if the method were not there."""
        self.headers["Allow"] = "GET, POST, HEAD, OPTIONS"
        return MethodNotAllowed(str(self.request.method))

    @staticmethod
    def refusal(errors: Any) -> ValidationError:
        """412 where all that is wrong is that todos have changed since, else 400."""
        items = errors.values() if isinstance(errors, dict) else []
        stale = [isinstance(item, dict) and [e.code for e in item.get("revision", [])] == ["stale"] for item in items]
        return conditions.StaleItemsError(errors) if stale and all(stale) else ValidationError(errors)

    @documented.CLEAR
    def clear(self, request: Request) -> Response:
        """Delete all completed todos: `?status=completed`, and nothing else, says so."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        conditions.check_unconditional(request)
        if "status" not in request.query_params:
            raise self.not_for_lists()
        if request.query_params["status"] != Todo.Status.COMPLETED:
            detail = "Only the completed todos can be cleared: status=completed."
            raise ValidationError({"status": [ErrorDetail(detail, code="invalid_choice")]})
        with unit_of_work(self.user) as work:
            work.clear_completed()
        return self.written(Response(status=status.HTTP_204_NO_CONTENT), work)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a todo. Doing so again changes nothing, and is no error while the deletion is remembered.

        With `If-Match` only if it is still as you last saw it: else 412, with the todo as it is now.
        """
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        with unit_of_work(self.user) as work:
            todo = self.with_tombstones()
            if todo.deleted_at is None:
                conditions.check_current(request, todo)
            work.delete(todo)
        return self.written(Response(status=status.HTTP_204_NO_CONTENT), work)

    @action(detail=True, methods=["post"], serializer_class=EmptySerializer)
    def restore(self, request: Request, pk: str = "") -> Response:
        """Undo the deletion of a todo, while it is remembered: 30 days at least. A live one stays as it is."""
        EmptySerializer(data=request.data).is_valid(raise_exception=True)
        with unit_of_work(self.user) as work:
            todo = self.with_tombstones()
            work.restore(todo)
        return self.written(self.answer(todo), work)

    def with_tombstones(self) -> Todo:
        """Return the todo of this URL, also where it is deleted."""
        return get_object_or_404(Todo.objects.owned_by(self.user).defer("search_text"), pk=self.kwargs["pk"])
