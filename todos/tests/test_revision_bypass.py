"""Every way to write todos that bypasses the owner's revision is refused; deleting a user deletes their todos."""

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
from testing.todos import admin_form, fetch_changes, todo_url
from todos.models import RevisionBypassError, Todo

Write = Callable[[Todo], Any]


def required_columns(todo: Todo) -> dict[str, Any]:
    """Return the columns of a new todo that the unit of work would fill in."""
    now = timezone.now()
    numbers = {"revision": 9, "position": 9, "status_position": 9}
    return {"owner": todo.owner, "title": "x", "created_at": now, "updated_at": now, "search_text": "x", **numbers}


def all_rows() -> list[Any]:
    return list(Todo.objects.values())


def with_new_title(todo: Todo) -> Todo:
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
    "create": ("save()", lambda todo: Todo.objects.create(**required_columns(todo))),
    "get_or_create": ("save()", lambda todo: Todo.objects.get_or_create(title="new", defaults=required_columns(todo))),
    "update_or_create, creating": (
        "save()",
        lambda todo: Todo.objects.update_or_create(title="new", defaults=required_columns(todo)),
    ),
    "update_or_create, updating": (
        "save()",
        lambda todo: Todo.objects.update_or_create(pk=todo.pk, defaults={"title": "y"}),
    ),
    "bulk_create": ("bulk_create()", lambda todo: Todo.objects.bulk_create([Todo(**required_columns(todo))])),
    "bulk_create of none": ("bulk_create()", lambda todo: Todo.objects.bulk_create([])),
    "bulk_update": ("bulk_update()", lambda todo: Todo.objects.bulk_update([with_new_title(todo)], ["title"])),
    "save": ("save()", lambda todo: with_new_title(todo).save()),
    "save of one field": ("save()", lambda todo: with_new_title(todo).save(update_fields=["title"])),
    "save of a new one": ("save()", lambda todo: Todo(**required_columns(todo)).save()),
    "delete of an instance": ("delete()", lambda todo: todo.delete()),
    "create by the owner": ("save()", lambda todo: todo.owner.todos.create(**required_columns(todo))),
    "get_or_create by the owner": (
        "save()",
        lambda todo: todo.owner.todos.get_or_create(title="new", defaults=required_columns(todo)),
    ),
    "update by the owner": ("update()", lambda todo: todo.owner.todos.update(title="y")),
    "update of a filter by the owner": ("update()", lambda todo: todo.owner.todos.filter(pk=todo.pk).update(title="y")),
    "delete by the owner": ("delete()", lambda todo: todo.owner.todos.all().delete()),
    "bulk_create by the owner": (
        "bulk_create()",
        lambda todo: todo.owner.todos.bulk_create([Todo(**required_columns(todo))]),
    ),
    "add to another, one by one": ("save()", lambda todo: make_user().todos.add(todo, bulk=False)),
    "update, asynchronously": ("update()", lambda todo: async_to_sync(Todo.objects.all().aupdate)(title="y")),
    "save, asynchronously": ("save()", lambda todo: async_to_sync(with_new_title(todo).asave)()),
}


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "write"), WRITES.values(), ids=list(WRITES))
def test_write_that_bypasses_the_revision_is_refused_and_changes_nothing(user: User, name: str, write: Write) -> None:
    todo = make_todo(user)
    before = all_rows()
    reason = r"without raising their owner's revision, .* Use todos\.unit_of_work\.unit_of_work\(owner\)"
    with pytest.raises(RevisionBypassError, match=reason) as error, transaction.atomic():
        write(Todo.objects.get(pk=todo.pk))
    assert str(error.value).startswith(f"{name} would write todos")
    user.refresh_from_db()
    assert (all_rows(), user.revision) == (before, 1)


def test_reading_is_not_refused(user: User) -> None:
    todo = make_todo(user)
    assert Todo.objects.get_or_create(pk=todo.pk) == (todo, False)
    assert list(user.todos.all()) == list(Todo.objects.owned_by(user).live()) == [todo]


def test_writes_of_the_admin_raise_the_revision(admin_client: Client, user: User) -> None:
    admin_client.post(reverse("admin:todos_todo_add"), admin_form(owner=user.pk))
    todo = Todo.objects.owned_by(user).get()
    admin_client.post(reverse("admin:todos_todo_change", args=[todo.pk]), admin_form(title="y"))
    admin_client.post(reverse("admin:todos_todo_delete", args=[todo.pk]), {"post": "yes"})
    todo.refresh_from_db()
    user.refresh_from_db()
    assert (todo.title, todo.revision, user.revision) == ("y", 3, 3)
    assert todo.deleted_at is not None


def test_sync_returns_the_writes_of_the_admin(admin_client: Client, user_client: APIClient, user: User) -> None:
    todos = [make_todo(user) for _ in range(3)]
    admin_client.post(reverse("admin:todos_todo_change", args=[todos[0].pk]), admin_form(title="y"))
    action = {"action": "delete_selected", "_selected_action": [todo.pk for todo in todos[1:]], "post": "yes"}
    admin_client.post(reverse("admin:todos_todo_changelist"), action)
    changes = fetch_changes(user_client, 3)
    assert (changes[0]["title"], changes[0]["revision"]) == ("y", 4)
    assert sorted(change["id"] for change in changes[1:]) == [todo.pk for todo in todos[1:]]
    assert [(change["revision"], change["deleted"]) for change in changes[1:]] == [(5, True), (6, True)]


# Deletion of the owner


@pytest.mark.parametrize("at_once", [False, True])
def test_deleting_a_user_deletes_their_todos(user: User, at_once: bool) -> None:
    kept = make_todo(make_user())
    for _ in range(2):
        make_todo(user)
    (User.objects.filter(pk=user.pk) if at_once else user).delete()
    assert [row["id"] for row in all_rows()] == [kept.pk]


def test_account_deletion_deletes_todos_and_tombstones(user_client: APIClient, user: User) -> None:
    user_client.delete(todo_url(make_todo(user)))
    make_todo(user)
    assert user_client.delete(reverse("auth-me"), {"password": PASSWORD}).status_code == 204
    assert all_rows() == []


def test_deleting_a_user_in_the_admin_deletes_their_todos(admin_client: Client, user: User) -> None:
    make_todo(user)
    response = admin_client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})
    assert response.status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert all_rows() == []
