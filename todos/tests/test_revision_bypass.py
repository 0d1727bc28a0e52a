"""No write to todos can forget to raise its owner's revision."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import PASSWORD, make_todo, make_user
from todos.models import RevisionBypassError, Todo

Write = Callable[[Todo], Any]


def new(todo: Todo) -> dict[str, Any]:
    """What a todo needs that is made without `todos.unit_of_work`."""
    now = timezone.now()
    numbers = {"revision": 9, "position": 9, "status_position": 9}
    return {"owner": todo.owner, "title": "x", "created_at": now, "updated_at": now, "search_text": "x", **numbers}


def rows() -> list[Any]:
    return list(Todo.objects.values())


def changed(todo: Todo) -> Todo:
    todo.title = "y"
    return todo


WRITES: dict[str, tuple[str, Write]] = {
    "add to another": ("update()", lambda todo: make_user().todos.add(todo)),
    "set for another": ("update()", lambda todo: make_user().todos.set([todo])),
    "update": ("update()", lambda todo: Todo.objects.update(title="y")),
    "update of a filter": ("update()", lambda todo: Todo.objects.filter(pk=todo.pk).update(title="y")),
    "update of the owner's": ("update()", lambda todo: Todo.objects.owned_by(todo.owner).live().update(title="y")),
    "update of none": ("update()", lambda todo: Todo.objects.none().update(title="y")),
    "delete": ("delete()", lambda todo: Todo.objects.all().delete()),
    "delete of a filter": ("delete()", lambda todo: Todo.objects.filter(pk=todo.pk).delete()),
    "create": ("save()", lambda todo: Todo.objects.create(**new(todo))),
    "get_or_create": ("save()", lambda todo: Todo.objects.get_or_create(title="new", defaults=new(todo))),
    "update_or_create, creating": (
        "save()",
        lambda todo: Todo.objects.update_or_create(title="new", defaults=new(todo)),
    ),
    "update_or_create, updating": (
        "save()",
        lambda todo: Todo.objects.update_or_create(pk=todo.pk, defaults={"title": "y"}),
    ),
    "bulk_create": ("bulk_create()", lambda todo: Todo.objects.bulk_create([Todo(**new(todo))])),
    "bulk_create of none": ("bulk_create()", lambda todo: Todo.objects.bulk_create([])),
    "bulk_update": ("bulk_update()", lambda todo: Todo.objects.bulk_update([changed(todo)], ["title"])),
    "save": ("save()", lambda todo: changed(todo).save()),
    "save of one field": ("save()", lambda todo: changed(todo).save(update_fields=["title"])),
    "save of a new one": ("save()", lambda todo: Todo(**new(todo)).save()),
    "delete of an instance": ("delete()", lambda todo: todo.delete()),
    "create by the owner": ("save()", lambda todo: todo.owner.todos.create(**new(todo))),
    "get_or_create by the owner": (
        "save()",
        lambda todo: todo.owner.todos.get_or_create(title="new", defaults=new(todo)),
    ),
    "update by the owner": ("update()", lambda todo: todo.owner.todos.update(title="y")),
    "update of a filter by the owner": ("update()", lambda todo: todo.owner.todos.filter(pk=todo.pk).update(title="y")),
    "delete by the owner": ("delete()", lambda todo: todo.owner.todos.all().delete()),
    "bulk_create by the owner": ("bulk_create()", lambda todo: todo.owner.todos.bulk_create([Todo(**new(todo))])),
    "add to another, one by one": ("save()", lambda todo: make_user().todos.add(todo, bulk=False)),
    "update, asynchronously": ("update()", lambda todo: async_to_sync(Todo.objects.all().aupdate)(title="y")),
    "save, asynchronously": ("save()", lambda todo: async_to_sync(changed(todo).asave)()),
}


@pytest.mark.parametrize(("name", "write"), WRITES.values(), ids=list(WRITES))
def test_a_write_past_the_revision_is_refused_and_changes_nothing(user: User, name: str, write: Write) -> None:
    todo = make_todo(user)
    before = rows()
    reason = r"without raising their owner's revision, .* Use todos\.unit_of_work\.unit_of_work\(owner\)"
    with pytest.raises(RevisionBypassError, match=reason) as refusal, transaction.atomic():
        write(Todo.objects.get(pk=todo.pk))
    assert str(refusal.value).startswith(f"{name} would write todos")
    user.refresh_from_db()
    assert (rows(), user.revision) == (before, 1)


def test_reading_is_not_refused(user: User) -> None:
    todo = make_todo(user)
    assert Todo.objects.get_or_create(pk=todo.pk) == (todo, False)
    assert list(user.todos.all()) == list(Todo.objects.owned_by(user).live()) == [todo]


# The admin


def form(**values: object) -> dict[str, object]:
    return {"title": "x", "description": "", "status": "open", "due_at_0": "", "due_at_1": "", **values}


def test_what_the_admin_does_is_stamped(admin_client: Client, user: User) -> None:
    admin_client.post(reverse("admin:todos_todo_add"), form(owner=user.pk))
    todo = Todo.objects.owned_by(user).get()
    admin_client.post(reverse("admin:todos_todo_change", args=[todo.pk]), form(title="y"))
    admin_client.post(reverse("admin:todos_todo_delete", args=[todo.pk]), {"post": "yes"})
    todo.refresh_from_db()
    user.refresh_from_db()
    assert (todo.title, todo.revision, user.revision) == ("y", 3, 3)
    assert todo.deleted_at is not None


def test_a_client_that_syncs_hears_of_what_the_admin_does(
    admin_client: Client, user_client: APIClient, user: User
) -> None:
    todos = [make_todo(user) for _ in range(3)]
    admin_client.post(reverse("admin:todos_todo_change", args=[todos[0].pk]), form(title="y"))
    action = {"action": "delete_selected", "_selected_action": [todo.pk for todo in todos[1:]], "post": "yes"}
    admin_client.post(reverse("admin:todos_todo_changelist"), action)
    changes = user_client.get(reverse("todo-list"), {"since": "3"}).json()
    assert (changes[0]["title"], changes[0]["revision"]) == ("y", 4)
    assert sorted(change["id"] for change in changes[1:]) == [todo.pk for todo in todos[1:]]
    assert [(change["revision"], change["deleted"]) for change in changes[1:]] == [(5, True), (6, True)]


# With its owner a todo goes


@pytest.mark.parametrize("at_once", [False, True])
def test_a_deleted_user_takes_their_todos_along(user: User, at_once: bool) -> None:
    kept = make_todo(make_user())
    for _ in range(2):
        make_todo(user)
    (User.objects.filter(pk=user.pk) if at_once else user).delete()
    assert [row["id"] for row in rows()] == [kept.pk]


def test_a_user_who_leaves_takes_their_todos_and_tombstones_along(user_client: APIClient, user: User) -> None:
    user_client.delete(reverse("todo-detail", args=[make_todo(user).pk]))
    make_todo(user)
    assert user_client.delete(reverse("auth-me"), {"password": PASSWORD}).status_code == 204
    assert rows() == []


def test_a_user_whom_the_admin_deletes_takes_their_todos_along(admin_client: Client, user: User) -> None:
    make_todo(user)
    answer = admin_client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})
    assert answer.status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert rows() == []
