"""Sync: the changes since a revision, and the `X-Revision` from which a client continues."""

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.authentication import logged_in_user
from accounts.models import User
from todoproject.api.exceptions import field_error
from todoproject.api.integers import parse_integer
from todos.models import Todo
from todos.pagination import Page

PARAMETERS_WITH_SINCE = {"since", "limit", "cursor", "format"}


class SyncTokenExpired(APIException):
    status_code = status.HTTP_410_GONE
    default_code = "sync_token_expired"
    default_detail = "Deletions since that revision have been purged. Read the whole list again, or send since=0."


def parse_since(request: Request) -> int | None:
    """Return the value of `since`, or None if it is absent.

    Raises 400 for a value out of range and for other parameters or formats, 410 if deletions after it were purged.
    """
    query, user = request.query_params, logged_in_user(request)
    if not query.get("since"):
        return None
    if others := sorted(query.keys() - PARAMETERS_WITH_SINCE):
        raise field_error(others[0], "since can only be combined with limit and cursor.", "not_with_since")
    since = parse_integer(query["since"])
    if since is None or not 0 <= since <= user.revision:
        detail = f"Send the X-Revision of an earlier response: a whole number from 0 to {user.revision}."
        raise field_error("since", detail, "invalid")
    if request.accepted_renderer.format != "json":
        raise field_error("since", "Changes are only available as JSON. Send format=json.", "json_only")
    if 0 < since < user.purged_revision:
        raise SyncTokenExpired
    return since


def changes_since(user: User, since: int) -> QuerySet[Todo]:
    """Return the user's todos that changed after that revision, with the tombstones of deleted ones."""
    return Todo.objects.owned_by(user).defer("search_text").filter(revision__gt=since)


def check_nothing_purged(user: User, since: int, page: Page) -> None:
    """Raise 410 if tombstones that the client still needs were purged while it read the changes.

    The first page of since=0 needs no tombstones; later pages need those that existed when the first one was read.
    """
    if since:
        needed_from = since
    elif page.cursor:
        needed_from = page.cursor.purged
    else:
        return
    if User.objects.filter(pk=user.pk, purged_revision__gt=needed_from).exists():
        raise SyncTokenExpired


def next_since(user: User, since: int | None, page: Page) -> int:
    """Return the `X-Revision` of a list, which the client sends as `since` next time.

    A list without `since`: the user's revision when its first page was read. Changes: the user's revision, or the last
    row's while more pages follow.
    """
    if since is None:
        return page.cursor.revision if page.cursor else user.revision
    if page.has_next:
        return max((todo.revision for todo in page.todos), default=since)
    return user.revision
