"""The page of a user in the admin, with the numbers of their todos."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import UserAdmin
from accounts.models import User
from todoproject.admin import count_rows
from todos.models import Todo

TODO_FIELDS = ("open_todos", "completed_todos", "deleted_todos")


class UserWithTodosAdmin(UserAdmin):
    """Users; the page of one counts their todos, for staff who may view todos. Each number leads to the list."""

    readonly_fields = (*UserAdmin.readonly_fields, *TODO_FIELDS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.admin_site.get_model_admin(Todo).has_view_permission(request):
            return fieldsets
        return (*fieldsets, ("Todos", {"fields": TODO_FIELDS}))

    @admin.display(description="open")
    def open_todos(self, user: User) -> str:
        return link_to_live_todos(user, Todo.Status.OPEN)

    @admin.display(description="completed")
    def completed_todos(self, user: User) -> str:
        return link_to_live_todos(user, Todo.Status.COMPLETED)

    @admin.display(description="deleted")
    def deleted_todos(self, user: User) -> str:
        count = count_rows(Todo.objects.owned_by(user).filter(deleted_at__isnull=False))
        return link_to_list(count, q=user.email, deleted="yes")


def link_to_live_todos(user: User, status: str) -> str:
    count = count_rows(Todo.objects.owned_by(user).live().filter(status=status))
    return link_to_list(count, q=user.email, deleted="no", status__exact=status)


def link_to_list(count: int, **query: str) -> str:
    """Return a link with a number of todos to the list of these todos."""
    return format_html('<a href="{}">{}</a>', reverse("admin:todos_todo_changelist", query=query), str(count))
