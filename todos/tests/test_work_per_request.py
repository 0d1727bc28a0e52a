"""How much work a request is: function calls, statements and bytes, which do not depend on the machine.

Each limit is a tenth above what was counted when it was set. If a change needs more, raise it and say why; if it needs
much less, lower it.
`make bench-cpu` shows the time, and where it goes.
"""

import json
import sys
from itertools import count
from typing import NamedTuple

import pytest
from django.db import connection

from accounts.tokens import issue_access_token
from testing.factories import make_user
from testing.queries import capture_statements
from testing.todo_rows import insert_todos
from testing.wsgi import WSGIResponse, call_application, count_function_calls

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.in_process("counts function calls"),
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other versions of Python count other calls"),
]


class Call(NamedTuple):
    """A request of a user with `todos` todos. `{id}` is the id of the first one, `{number}` another each time."""

    method: str
    path: str
    todos: int
    query: str = ""
    body: str = "null"


HUNDRED = json.dumps([{"title": "Milk"}] * 100)

# Function calls, statements, and bytes of the response.
LIMITS = [
    (Call("GET", "/todos/", 20), (1_910, 2, 4_800)),
    (Call("GET", "/todos/", 1_000), (15_100, 2, 240_000)),
    (Call("GET", "/todos/", 1_000, "limit=100"), (2_900, 2, 24_000)),
    (Call("GET", "/todos/", 1_000, "limit=20&status=open&ordering=-due_at"), (13_100, 3, 4_800)),
    (Call("GET", "/todos/{id}/", 20), (1_680, 2, 240)),
    (Call("POST", "/todos/", 1, body='{"title": "Milk"}'), (2_900, 3, 250)),
    (Call("PATCH", "/todos/{id}/", 1, body='{"title": "Milk {number}"}'), (2_850, 4, 250)),
    (Call("POST", "/todos/", 1, body=HUNDRED), (46_500, 4, 25_000)),
]


@pytest.mark.parametrize(("call", "limits"), LIMITS, ids=lambda value: " ".join(map(str, value[:4])))
def test_work_of_a_request_stays_within_its_limits(call: Call, limits: tuple[int, int, int]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the limits are those of SQLite")
    user = make_user()
    insert_todos(user, *[{}] * call.todos)
    path = call.path.format(id=user.todos.earliest("id").pk)
    token = issue_access_token(user)["access"]
    numbers = count()

    def send() -> WSGIResponse:
        body = json.loads(call.body.replace("{number}", str(next(numbers))))
        return call_application(call.method, path, token, body, QUERY_STRING=call.query)

    assert send().status < 300
    counted = (count_function_calls(send), len(capture_statements(send)), len(send().content))
    assert all(0.75 * limit < value <= limit for value, limit in zip(counted, limits, strict=True)), counted
