"""Synchronisation: what has changed since a revision, and the `X-Revision` that a client continues from."""

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

PARAMETERS = {"since", "limit", "cursor", "format"}


class SyncTokenExpired(APIException):
    status_code = status.HTTP_410_GONE
    default_code = "sync_token_expired"
    default_detail = "Deletions since that revision have been purged. Read the whole list again, or send since=0."


def read_since(request: Request) -> int | None:
    """Return the revision after `since=`, or None without it.

    Raises 400 for a value out of range or with other parameters or formats, 410 if deletions after it were purged.
    """
    query, user = request.query_params, logged_in_user(request)
    if not query.get("since"):
        return None
    for name in sorted(query.keys() - PARAMETERS):
        raise field_error(name, "since can be combined with limit and cursor only.", "not_with_since")
    since = parse_integer(query["since"])
    if since is None or not 0 <= since <= user.revision:
        detail = f"Send the X-Revision of an earlier response: a whole number from 0 to {user.revision}."
        raise field_error("since", detail, "invalid")
    if request.accepted_renderer.format != "json":
        raise field_error("since", "Changes are available as JSON only.", "json_only")
    if 0 < since < user.purged_revision:
        raise SyncTokenExpired
    return since


def changes_since(user: User, since: int) -> QuerySet[Todo]:
    """Return the user's todos that changed after that revision, with the tombstones of deleted ones."""
    return Todo.objects.owned_by(user).defer("search_text").filter(revision__gt=since)


def check_nothing_purged(user: User, since: int, page: Page) -> None:
    """Raise 410 if tombstones that the client has not been told of were purged while its pages were read.

    With since=0 the first page needs none; later pages need those that existed when the first one was read.
    """
    if since:
        known = since
    elif page.cursor:
        known = page.cursor.purged_revision
    else:
        return
    if User.objects.filter(pk=user.pk, purged_revision__gt=known).exists():
        raise SyncTokenExpired


def next_since(user: User, since: int | None, page: Page) -> int:
    """Return the `X-Revision` of a list: what the client passes as `since` next time.

    That is the user's revision as the list was read; of a page that has a next one, its last row's; of a later page
    of a plain list, that of the first page.
    """
    if since is None:
        return page.cursor.revision if page.cursor else user.revision
    if page.has_next:
        return max((todo.revision for todo in page.todos), default=since)
    return user.revision
