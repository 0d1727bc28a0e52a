"""Users with todos, who call the API in this process."""

import json
import os
from collections.abc import Callable
from itertools import count
from typing import Any, Self

from testing.wsgi import call_application

# The users, and how many todos each has.
TODOS = {"few": 20, "many": 1_000, "writer": 1}
numbers = count()


def set_up_database() -> None:
    """Set Django up and create the tables in the database of DATABASE_URL."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "todoproject.settings"
    from django.core.management import call_command

    import todoproject.wsgi  # noqa: F401 (It sets Django up.)

    call_command("migrate", verbosity=0)


class Caller:
    """A user with a token, and the id of the first of their todos."""

    def __init__(self, user: Any) -> None:
        from accounts.tokens import issue_access_token

        self.token = issue_access_token(user)["access"]
        self.first_id = user.todos.live().earliest("id").pk

    @classmethod
    def create_all(cls, make_row: Callable[[int], dict[str, Any]]) -> dict[str, Self]:
        """Create the users of TODOS, whose todos have the columns that `make_row` returns for 1, 2, …"""
        from accounts.models import User
        from testing.todo_rows import insert_todos

        users = {name: User.objects.create_user(f"{name}@example.org") for name in TODOS}
        for name, size in TODOS.items():
            insert_todos(users[name], *map(make_row, range(1, size + 1)))
        return {name: cls(user) for name, user in users.items()}

    def prepare(
        self, method: str, path: str, query: str = "", body: str = "null", **environ: str
    ) -> Callable[[], None]:
        """Return the function that sends a request; in its body, `%d` is another number each time."""

        def send() -> None:
            sent = json.loads(body.replace("%d", str(next(numbers))))
            response = call_application(method, path, self.token, sent, QUERY_STRING=query, **environ)
            if response.status >= 400:
                raise RuntimeError(response.content.decode())

        return send
