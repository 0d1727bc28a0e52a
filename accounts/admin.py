"""Users in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_actions import AccountActionsAdmin
from accounts.admin_deletion import summarize_deletion
from accounts.models import User
from todoproject.admin import LimitedListAdmin
from todoproject.api.integers import parse_integer


class UserCreationForm(AdminUserCreationForm):
    # Without a password, nobody could use the account, or sign up with its address.
    usable_password = None  # type: ignore[assignment]

    class Meta:
        model = User
        fields = ("email",)


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("email", "is_active", "is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(AccountActionsAdmin, LimitedListAdmin, DjangoUserAdmin):
    form = UserForm
    add_form = UserCreationForm
    ordering = ("email",)
    list_display = ("email", "is_active", "is_staff", "is_superuser", "created_at", "revision", "id")
    sortable_by = ("email", "created_at")
    list_filter = ("is_active", "is_staff", "created_at")
    search_fields = ("id", "email")  # They show the search field; `search` decides.
    search_help_text = "An id, or the beginning of an e-mail address."
    readonly_fields: ClassVar[tuple[str, ...]] = ("revision", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Account", {"fields": ("created_at", "revision")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    def search(self, request: HttpRequest, queryset: QuerySet[User], text: str) -> QuerySet[User]:
        number = parse_integer(text)
        return queryset.with_email_prefix(text) if number is None else queryset.filter(pk=number)  # type: ignore[attr-defined]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return summarize_deletion(objs, request, self.admin_site)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete users one by one, so that `User.delete` locks each row before the todos it owns."""
        for user in queryset:
            user.delete()
