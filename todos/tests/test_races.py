"""Writes at the same moment, over the two processes of the real server."""

from collections.abc import Callable
from functools import partial
from typing import Any

from todoproject.tests.parallel import at_once
from todoproject.tests.server import Server

Rounds = Callable[[int, int], int]


def test_creates_from_eight_threads_all_arrive(server: Server) -> None:
    token = server.sign_up()

    def create() -> list[int]:
        return [server.call("POST", "/todos/", {"title": f"{n}"}, token=token).status for n in range(25)]

    statuses = [status for each in at_once([create] * 8) for status in each]
    todos = server.call("GET", "/todos/", token=token).json()
    assert statuses == [201] * 200
    assert sorted(todo["revision"] for todo in todos) == list(range(1, 201))
    assert server.call("GET", "/auth/me/", token=token).json()["revision"] == 200


def test_a_patch_of_the_title_and_one_of_the_status_are_both_kept(server: Server, rounds: Rounds) -> None:
    token = server.sign_up()
    for n in range(rounds(50, 200)):
        path = f"/todos/{server.call('POST', '/todos/', {'title': 'x'}, token=token).json()['id']}/"
        changes: list[dict[str, Any]] = [{"title": f"{n}"}, {"status": "completed"}]
        answers = at_once([partial(server.call, "PATCH", path, body, token=token) for body in changes])
        assert [answer.status for answer in answers] == [202, 202]
        todo = server.call("GET", path, token=token).json()
        assert (todo["title"], todo["status"]) == (f"{n}", "completed")


def test_a_patch_never_brings_a_deleted_todo_back(server: Server, rounds: Rounds) -> None:
    token = server.sign_up()
    for _ in range(rounds(50, 200)):
        path = f"/todos/{server.call('POST', '/todos/', {'title': 'x'}, token=token).json()['id']}/"
        patch, delete = at_once(
            [
                partial(server.call, "PATCH", path, {"title": "y"}, token=token),
                partial(server.call, "DELETE", path, token=token),
            ]
        )
        assert patch.status in (202, 404)
        assert delete.status == 204
        assert server.call("GET", path, token=token).status == 404


def test_a_todo_is_deleted_once_however_many_delete_it(server: Server, rounds: Rounds) -> None:
    token = server.sign_up()
    for _ in range(rounds(5, 50)):
        made = server.call("POST", "/todos/", {"title": "x"}, token=token).json()
        answers = at_once([partial(server.call, "DELETE", f"/todos/{made['id']}/", token=token)] * 8)
        assert [answer.status for answer in answers] == [204] * 8
        assert server.call("GET", "/auth/me/", token=token).json()["revision"] == made["revision"] + 1
