"""The calls that the comparison measures."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# A call whose body must differ each time has `%d` in it, which the load generator replaces by a count.
BULK = json.dumps([{"title": f"Buy milk {number}"} for number in range(100)])


@dataclass(frozen=True)
class Operation:
    """One kind of call, as the user who has the data that it needs."""

    name: str
    method: str
    user: str
    path: Callable[[Any], str]
    body: str = ""
    sends_etag: bool = False
    most_connections: int = 16

    def connections(self, wanted: Iterable[int]) -> list[int]:
        return [each for each in wanted if each <= self.most_connections]

    def is_possible(self, server: Any) -> bool:
        return server.has_etags or not self.sends_etag


OPERATIONS = {
    each.name: each
    for each in (
        Operation("list of 20", "GET", "small", lambda server: "/todos/"),
        Operation("list of 1,000", "GET", "large", lambda server: "/todos/"),
        Operation("page of 100", "GET", "large", lambda server: "/todos/?limit=100"),
        Operation("one todo", "GET", "small", lambda server: server.todo_path("small")),
        Operation("not modified", "GET", "small", lambda server: "/todos/", sends_etag=True),
        Operation("create", "POST", "writer", lambda server: "/todos/", '{"title": "Buy milk %d"}'),
        Operation("change", "PATCH", "changer", lambda server: server.todo_path("changer"), '{"title": "Buy milk %d"}'),
        Operation("create 100", "POST", "writer", lambda server: "/todos/", BULK, most_connections=4),
    )
}
