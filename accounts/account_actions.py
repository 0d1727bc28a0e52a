"""What staff can do to an account: log it out everywhere, deactivate or activate it, and send a reset mail."""

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings

from accounts.exceptions import InvalidAccountOrToken
from accounts.models import User
from accounts.password_resets import can_reset_password, send_reset_mail
from todoproject.serving.background_tasks import run_in_background


class AccountActionError(Exception):
    """An action that was not performed. Its text is the reason."""


class AccountAction(NamedTuple):
    """An action, with its button and its text for the log, and the function that performs it for an account.

    The function also takes the member of staff. It raises AccountActionError.
    """

    name: str
    label: str
    done: str
    perform: Callable[[User, User], None]


def log_out(user: User, staff: User) -> None:
    try:
        user.revoke_tokens()
    except InvalidAccountOrToken:
        raise AccountActionError("the account was changed at the same time, try again") from None


def deactivate(user: User, staff: User) -> None:
    if user == staff:
        raise AccountActionError("you cannot deactivate your own account")
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise AccountActionError("not active")


def activate(user: User, staff: User) -> None:
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise AccountActionError("already active")


def start_reset(user: User, staff: User) -> None:
    """Send a reset mail in the background. Staff are trusted, so it counts for no rate limit."""
    if not settings.SENDS_MAIL:
        raise AccountActionError("mail is not configured, set EMAIL_URL")
    if not can_reset_password(user):
        raise AccountActionError("the account is not active, or has no password")
    run_in_background(send_reset_mail, user.email)


LOG_OUT = AccountAction("log-out", "Log out everywhere", "Logged out everywhere", log_out)
DEACTIVATE = AccountAction("deactivate", "Deactivate", "Deactivated", deactivate)
ACTIVATE = AccountAction("activate", "Activate", "Activated", activate)
SEND_RESET_MAIL = AccountAction("send-reset-mail", "Send a reset mail", "Sending a reset mail", start_reset)
ACTIONS = {action.name: action for action in (LOG_OUT, DEACTIVATE, ACTIVATE, SEND_RESET_MAIL)}


def list_actions(user: User) -> list[AccountAction]:
    """Return the actions that make sense for an account."""
    return [LOG_OUT, DEACTIVATE, SEND_RESET_MAIL] if user.is_active else [LOG_OUT, ACTIVATE]
