"""django-ninja: schemas and functions, as its documentation has them; the user of each token is loaded."""

import os
from datetime import datetime
from typing import Any

import jwt
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path
from ninja import Field, NinjaAPI, Schema
from ninja.security import HttpBearer

from benchmarks.peers.django_peer.models import Todo
from benchmarks.peers.schemas import TodoIn, TodoPatch

KEY = os.environ["SECRET_KEY"]


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        try:
            user_id = jwt.decode(token, KEY, algorithms=["HS256"])["user_id"]
        except jwt.InvalidTokenError:
            return None
        return get_user_model().objects.filter(pk=user_id, is_active=True).first()


class TodoOut(Schema):
    id: int
    title: str
    description: str
    status: str
    due_at: datetime | None
    created_by: str = Field(alias="owner.email")
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None


api = NinjaAPI(auth=Bearer())


def todos_of(request: Any) -> Any:
    return Todo.objects.filter(owner=request.auth).select_related("owner").order_by("id")


@api.get("/todos/", response=list[TodoOut])
def list_todos(request: HttpRequest, limit: int | None = None, offset: int = 0) -> Any:
    todos = todos_of(request)
    return todos if limit is None else todos[offset : offset + limit]


@api.post("/todos/", response={201: TodoOut | list[TodoOut]})
def create_todo(request: Any, payload: TodoIn | list[TodoIn]) -> Any:
    if isinstance(payload, list):
        with transaction.atomic():
            return 201, [Todo.objects.create(owner=request.auth, **item.dict()) for item in payload]
    return 201, Todo.objects.create(owner=request.auth, **payload.dict())


@api.get("/todos/{todo_id}/", response=TodoOut)
def get_todo(request: HttpRequest, todo_id: int) -> Any:
    return get_object_or_404(todos_of(request), pk=todo_id)


@api.patch("/todos/{todo_id}/", response=TodoOut)
def change_todo(request: HttpRequest, todo_id: int, payload: TodoPatch) -> Any:
    todo = get_object_or_404(todos_of(request), pk=todo_id)
    for name, value in payload.dict(exclude_unset=True).items():
        setattr(todo, name, value)
    todo.save()
    return todo


urlpatterns = [path("", api.urls)]
