"""Entity tags for a todo with revision 2, and writes that carry them."""

from typing import Any

from rest_framework.test import APIClient

from testing.todos import current_revision, todo_url
from todos.models import Todo

WRITE_BODIES = {"put": {"title": "new"}, "patch": {"title": "new"}, "delete": None}
SUCCESS_STATUS = {"put": 200, "patch": 202, "delete": 204}

# Lists of entity tags that match; empty members of a list are allowed (RFC 9110, 5.6.1).
CURRENT_TAGS = [
    '"2",',
    ' , "2"',
    '"1",,"2" ,\t,',
    "*",
    '"2"',
    'W/"2"',
    ' "2" ',
    '"1","2"',
    '"1", W/"2"',
    '"1" , "2"',
    'W/"1",\t"2", "x"',
    '"a,b", "2"',
    '"", "2"',
]
STALE_TAGS = ['"1"', 'W/"1"', '"1", "3"', '""', '"02"', '"22"', '"*"', '"W/2"', '"2,"', '"é"', "\"'2'\""]
MALFORMED_TAGS = [
    ",", "", " ", "2", "W/2", "'2'", '"2', '2"', '"2""3"', '"2" "3"', '*, "2"', '"2", *', "**",
    'w/"2"', 'W / "2"', 'W/ "2"', '"2" x', '"a b"', '"\t"', '"2";', 'W/"2"W/"3"', '"2\x7f"', "null", '["2"]', "W/*",
]  # fmt: skip


def assert_refused_with_the_current_todo(client: APIClient, method: str, todo: Todo, **headers: Any) -> None:
    """Assert that a write with these headers is 412 with the todo, whose revision is 2, and changes nothing."""
    before = client.get(todo_url(todo)).json()
    response = send_write(client, method, todo_url(todo), **headers)
    assert (response.status_code, response.json(), response["ETag"]) == (412, before, '"2"')
    assert client.get(todo_url(todo)).json() == before
    assert current_revision(todo.owner) == 2


def send_write(client: APIClient, method: str, url: str, **headers: Any) -> Any:
    """Send a valid PUT, PATCH or DELETE with these headers."""
    return getattr(client, method)(url, WRITE_BODIES[method], **headers)
