"""The actions on accounts in the admin: in the list for the selected users, and as buttons on the page of a user."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin, action
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse

from accounts.account_actions import (
    ACTIONS,
    ACTIVATE,
    DEACTIVATE,
    LOG_OUT,
    SEND_RESET_MAIL,
    AccountAction,
    AccountActionError,
    list_actions,
)
from accounts.models import User


class AccountActionsAdmin(ModelAdmin):
    """Offers the actions to staff who may change the user. Each is an entry in the user's history."""

    actions = ("log_out", "deactivate", "activate", "send_reset_mail")

    @action(description=f"{LOG_OUT.label}: selected users", permissions=["change"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.perform(LOG_OUT, request, queryset)

    @action(description=f"{DEACTIVATE.label}: selected users", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.perform(DEACTIVATE, request, queryset)

    @action(description=f"{ACTIVATE.label}: selected users", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.perform(ACTIVATE, request, queryset)

    @action(description=f"{SEND_RESET_MAIL.label}: selected users", permissions=["change"])
    def send_reset_mail(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.perform(SEND_RESET_MAIL, request, queryset)

    def perform(self, chosen: AccountAction, request: HttpRequest, users: Iterable[User]) -> None:
        """Perform an action for each user, and tell the administrator for whom it was done, and why not for others."""
        staff: Any = request.user
        done, failed = [], defaultdict(list)
        for user in list(users):
            try:
                with transaction.atomic():
                    chosen.perform(user, staff)
                    self.log_change(request, user, f"{chosen.done}.")
            except AccountActionError as error:
                failed[str(error)].append(user)
            else:
                done.append(user)
        if done:
            self.message_user(request, f"{chosen.done}: {describe(done)}.", messages.SUCCESS)
        for reason, others in failed.items():
            self.message_user(request, f"{chosen.label} had no effect on {describe(others)}: {reason}.", messages.ERROR)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.account_action_view)
        return [path("<path:user_id>/account/<slug:name>/", view, name="accounts_user_action"), *super().get_urls()]

    def account_action_view(self, request: HttpRequest, user_id: str, name: str) -> HttpResponse:
        """Perform the action of a button on the page of a user, and return to the page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        user: Any = self.get_object(request, user_id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None or name not in ACTIONS:
            raise Http404
        self.perform(ACTIONS[name], request, [user])
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        user: Any = context.get("original")
        if user is not None and self.has_change_permission(request, user):
            context["account_actions"] = list_actions(user)
        return super().render_change_form(request, context, *args, **kwargs)


def describe(users: list[User]) -> str:
    """Return the e-mail address of one user, or the number of several."""
    return users[0].email if len(users) == 1 else f"{len(users)} users"
