"""Stock Django REST Framework: a ModelSerializer, a ModelViewSet and a router, as its tutorial has them."""

from typing import Any

from django.urls import include, path
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.serializers import CharField, ModelSerializer
from rest_framework.viewsets import ModelViewSet

from benchmarks.peers.django_peer.models import Todo


class TodoSerializer(ModelSerializer):
    created_by = CharField(source="owner.email", read_only=True)

    class Meta:
        model = Todo
        fields = (
            "id",
            "title",
            "description",
            "status",
            "due_at",
            "created_by",
            "created_at",
            "updated_at",
            "completed_at",
        )
        read_only_fields = ("completed_at",)


class TodoPagination(LimitOffsetPagination):
    default_limit = None
    max_limit = 200


class TodoViewSet(ModelViewSet):
    serializer_class = TodoSerializer
    pagination_class = TodoPagination

    def get_queryset(self) -> Any:
        return Todo.objects.filter(owner=self.request.user).select_related("owner").order_by("id")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data, many=isinstance(request.data, list))
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        return Response(serializer.data, status=201)

    def perform_create(self, serializer: Any) -> None:
        serializer.save(owner=self.request.user)


router = DefaultRouter()
router.register("todos", TodoViewSet, basename="todo")
urlpatterns = [path("", include(router.urls))]
