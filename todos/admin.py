from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import QuerySet
from django.http import HttpRequest

from todoproject.admin import LimitedSearchMixin
from todos.models import DESCRIPTION_LENGTH, Todo, validate_description
from todos.unit_of_work import unit_of_work


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
class TodoAdmin(LimitedSearchMixin, admin.ModelAdmin):
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
    autocomplete_fields = ("owner",)
    list_display = ("title", "owner", "status", "due_at", "updated_at", "deleted_at")
    list_select_related = ("owner",)
    list_filter = ("status", ("deleted_at", admin.EmptyFieldListFilter), "due_at", "updated_at")
    search_fields = ("title", "owner__email")
    ordering = ("-id",)

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
