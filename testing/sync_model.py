"""Models of a client that syncs, and of a user, whose every response is checked against the earlier ones."""

from typing import Any

from rest_framework.test import APIClient

from testing.factories import client_for, make_user
from testing.todos import Row, link_urls, list_url
from todos.unit_of_work import unit_of_work


class Mirror:
    """A copy of a user's list, kept up to date with `since` and `X-Revision` alone."""

    def __init__(self, client: APIClient) -> None:
        self.client = client
        self.reset()

    def reset(self) -> None:
        self.todos: dict[int, Row] = {}
        self.revision, self.next_url = 0, ""

    def read(self, **limit: int) -> None:
        """Read the next page, or the changes since the last one; after a 410 start from scratch."""
        response = self.client.get(self.next_url or list_url(since=self.revision, **limit))
        if response.status_code == 410:
            self.reset()
            response = self.client.get(list_url(since=0, **limit))
        assert response.status_code == 200, response.content
        revisions = [self.revision, *(row["revision"] for row in response.json())]
        assert revisions == sorted(set(revisions))
        for row in response.json():
            self.todos.pop(row["id"], None)
            if "deleted" not in row:
                self.todos[row["id"]] = row
        assert int(response["X-Revision"]) >= revisions[-1]
        self.revision, self.next_url = int(response["X-Revision"]), link_urls(response).get("next", "")

    def catch_up(self) -> list[Row]:
        """Read all remaining pages, and return the copy in the order of the list."""
        self.read()
        while self.next_url:
            self.read()
        return [todo for _, todo in sorted(self.todos.items())]


class Account:
    """A user, the todos and tombstones that the API has returned so far, and a mirror of them."""

    def __init__(self) -> None:
        self.user = make_user()
        self.client = client_for(self.user)
        self.mirror = Mirror(self.client)
        self.live: dict[int, Row] = {}
        with unit_of_work(self.user) as work:
            deleted, *_ = work.create_many({"title": title} for title in "abc")
            work.delete(deleted)
        self.deleted = {deleted.pk}
        self.revision, self.etag = 0, ""
        self.bodies: dict[str, dict[str, Any]] = {}  # By URL and entity tag.
        self.created_by_key: dict[str, tuple[Row, int]] = {}  # The body of each, and its todo's id.
        self.read_list()
        self.mirror.read()

    def get(self, url: str, **headers: Any) -> Any:
        """Send a GET; check that a todo has one entity tag per version, and that no two lists share one."""
        response = self.client.get(url, **headers)
        if response.status_code == 200:
            body, bodies = response.json(), self.bodies.setdefault(url, {})
            assert bodies.setdefault(response["ETag"], body) == body
            assert url == list_url() or list(bodies.values()).count(body) == 1
        return response

    def write(self, method: str, url: str, body: Any, status: int, **headers: str) -> Any:
        """Send a write; check its status, and that it returns the user's revision or, if refused, changes nothing."""
        revision = self.revision
        response = getattr(self.client, method)(url, body, **headers)
        assert response.status_code == status, (method, url, body, headers, response.content)
        self.read_list()
        assert self.revision == (int(response["X-Revision"]) if status < 300 else revision)
        return response

    def read_list(self) -> None:
        """Read the list; check that revisions rise for the todos that changed since the last time, and only then."""
        response = self.get(list_url())
        todos = {todo["id"]: todo for todo in response.json()}
        revision, etag = int(response["X-Revision"]), response["ETag"]
        assert revision >= self.revision
        assert (revision == self.revision) is (todos == self.live)
        assert not self.etag or (etag == self.etag) is (todos == self.live)
        for pk, todo in todos.items():
            assert todo["created_by"] == self.user.email
            if todo != (before := self.live.get(pk, {})):
                assert self.revision < todo["revision"] <= revision
                assert writable_fields(todo) != writable_fields(before)
        self.deleted = (self.deleted | self.live.keys()) - todos.keys()
        self.live, self.revision, self.etag = todos, revision, etag

    def read_tombstones(self) -> None:
        """Read the remaining tombstones after a purge, which may have changed the entity tag."""
        self.etag = ""
        if self.deleted:
            left = {row["id"] for row in self.client.get(list_url(since=0)).json() if "deleted" in row}
            assert left <= self.deleted
            self.deleted = left
            self.read_list()


def writable_fields(todo: Row) -> Row:
    """Return the fields of a todo that its owner writes."""
    return {name: todo[name] for name in ("title", "description", "status", "due_at") if name in todo}
