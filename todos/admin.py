"""Todos in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from todoproject.admin import LimitedListAdmin
from todos.admin_lists import SEARCH_HELP, DeletedFilter, search_todos, shorten
from todos.models import DESCRIPTION_LENGTH, Todo, validate_description
from todos.unit_of_work import unit_of_work
from todos.user_admin import UserWithTodosAdmin


class TodoForm(forms.ModelForm):
    """Keeps a description exactly, except that it replaces the CRLF that browsers send by LF."""

    description = forms.CharField(
        required=False,
        strip=False,
        max_length=DESCRIPTION_LENGTH,
        validators=[validate_description],
        widget=AdminTextareaWidget,
    )

    def clean_description(self) -> str:
        return self.cleaned_data["description"].replace("\r\n", "\n")


@admin.register(Todo)
class TodoAdmin(LimitedListAdmin):
    """The todos of all users. Every write is a unit of work, so that syncing clients receive it."""

    form = TodoForm
    fields = (
        "owner",
        "title",
        "description",
        "status",
        "due_at",
        "completed_at",
        "revision",
        "created_at",
        "updated_at",
        "deleted_at",
    )
    readonly_fields = ("completed_at", "revision", "created_at", "updated_at", "deleted_at")
    raw_id_fields = ("owner",)  # Autocompletion would need `connect-src` in the Content-Security-Policy.
    list_display = (
        "short_title",
        "owner_email",
        "status",
        "due_at",
        "created_at",
        "updated_at",
        "deleted_at",
        "id",
    )
    list_select_related = ("owner",)
    sortable_by = ("short_title", "status", "due_at", "updated_at")
    list_filter = ("status", DeletedFilter, "due_at", "created_at", "updated_at")
    search_fields = ("id", "owner__email")  # They show the search field; `search` decides.
    search_help_text = SEARCH_HELP
    ordering = ("-id",)

    @admin.display(description="title", ordering="title_key")
    def short_title(self, todo: Todo) -> str:
        return shorten(todo.title)

    @admin.display(description="owner")
    def owner_email(self, todo: Todo) -> str:
        return shorten(todo.owner.email)

    def search(self, request: HttpRequest, queryset: QuerySet[Todo], text: str) -> QuerySet[Todo]:
        """Search todos. Without an order, those of one owner are in that of the index of their revisions."""
        todos = search_todos(queryset, text)
        return todos if "@" not in text or ORDER_VAR in request.GET else todos.order_by("-revision")

    def get_readonly_fields(self, request: HttpRequest, obj: Todo | None = None) -> Any:
        return (*self.readonly_fields, "owner") if obj else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: Todo | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.deleted_at is None)

    def save_model(self, request: HttpRequest, obj: Todo, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "owner"}
        with unit_of_work(obj.owner) as work:
            if change:
                work.update(Todo.objects.get(pk=obj.pk), **values)
            else:
                obj.pk = work.create(**values).pk

    def delete_model(self, request: HttpRequest, obj: Todo) -> None:
        with unit_of_work(obj.owner) as work:
            work.delete(Todo.objects.get(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Todo]) -> None:
        for todo in queryset.select_related("owner"):
            self.delete_model(request, todo)


admin.site.unregister(User)  # Registered by accounts, which does not know todos.
admin.site.register(User, UserWithTodosAdmin)
