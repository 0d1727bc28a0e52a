"""The search, the columns and the filter of the admin's list of todos."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from accounts.models import User
from todoproject.api.integers import parse_integer
from todos.models import Todo
from todos.text_keys import fold

# So many todos of all owners are listed. No index has the todos of all owners by status or date, so that filtering and
# sorting must be limited to a range of ids.
NEWEST_ROWS = 10_000
SEARCH_HELP = (
    f"An id; words of the newest {NEWEST_ROWS:,} todos, which are listed and filtered without a search; "
    "or an owner's e-mail address, perhaps with words, for all todos of this owner, the last changed first."
)
SHOWN_CHARACTERS = 60


def search_todos(todos: QuerySet[Todo], text: str) -> QuerySet[Todo]:
    """Return the todo with an id, the todos of an owner, or the newest ones, with all words of the text."""
    number = parse_integer(text)
    if number is not None:
        return todos.filter(pk=number)
    words = text.split()
    emails = [word for word in words if "@" in word]
    todos = select_owner(todos, emails[0]) if emails else select_newest(todos)
    for word in words:
        if word not in emails[:1]:
            todos = todos.filter(search_text__contains=fold(word))
    return todos


def select_owner(todos: QuerySet[Todo], email: str) -> QuerySet[Todo]:
    """Return the todos of the owner with this e-mail address. The owner is read first, so that an index is used."""
    owner = User.objects.filter(email=email).only("pk").first()
    return todos.filter(owner_id=owner.pk) if owner else todos.none()


def select_newest(todos: QuerySet[Todo]) -> QuerySet[Todo]:
    """Return the todos among the NEWEST_ROWS last created ones of all owners."""
    older = Todo.objects.order_by("-pk").values_list("pk", flat=True)[NEWEST_ROWS : NEWEST_ROWS + 1]
    return todos.filter(pk__gt=older[0]) if older else todos


def shorten(text: str) -> str:
    """Return the beginning of a text, with an ellipsis if it is cut, so that it does not push the columns out."""
    return Truncator(text).chars(SHOWN_CHARACTERS)


class DeletedFilter(admin.SimpleListFilter):
    """Filters by whether a todo is deleted."""

    title = "deleted"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Todo]) -> QuerySet[Todo]:
        value = self.value()
        return queryset if value not in ("no", "yes") else queryset.filter(deleted_at__isnull=value == "no")
