"""A complete client that keeps a copy of the todos, works offline, and syncs. docs/sync.md explains it."""

import json
from typing import Any
from urllib import error, request
from uuid import uuid4

NEW = {"description": "", "status": "open", "due_at": None}  # What a new todo has, besides its title.


class SyncClient:
    def __init__(self, api: str, email: str, password: str, state: dict[str, Any] | None = None) -> None:
        self.api, self.credentials = api, {"email": email, "password": password}
        # The server's todos by id; the revision up to which they are complete; the edits not yet sent, in order; the
        # refused ones, each with the todo as it is now, for the user to decide. Store it as JSON after every call.
        self.state = state or {"todos": {}, "revision": 0, "edits": [], "conflicts": [], "tokens": {}}

    # Edits work offline. Each has the revision of the todo on which it was made.

    def add(self, **fields: Any) -> str:
        """Create a todo. Until it is sent, its id is the key with which it can be sent twice, but is created once."""
        key = str(uuid4())
        self.state["edits"].append({"kind": "create", "id": key, "revision": None, "fields": fields})
        return key

    def change(self, todo_id: str, **fields: Any) -> None:
        self.edit("change", todo_id, fields)

    def delete(self, todo_id: str) -> None:
        self.edit("delete", todo_id, {})

    def edit(self, kind: str, todo_id: str, fields: dict[str, Any]) -> None:
        revision = self.state["todos"].get(todo_id, {}).get("revision")
        self.state["edits"].append({"kind": kind, "id": todo_id, "revision": revision, "fields": fields})

    def view(self) -> dict[str, dict[str, Any]]:
        """Return the todos as the user sees them: the server's, with the edits not yet sent."""
        todos = {todo_id: dict(todo) for todo_id, todo in self.state["todos"].items()}
        for edit in self.state["edits"]:
            if edit["kind"] == "delete":
                todos.pop(edit["id"], None)
            elif edit["kind"] == "create" or edit["id"] in todos:
                todos[edit["id"]] = todos.get(edit["id"], {}) | edit["fields"]
        return todos

    def sync(self) -> None:
        """Send the edits, then fetch what changed. After an OSError, call it again later: no edit is lost."""
        while self.state["edits"]:
            self.send_edit(self.state["edits"][0])
            del self.state["edits"][0]
        self.fetch_changes()

    def send_edit(self, edit: dict[str, Any]) -> None:
        todo_id, path = edit["id"], f"/todos/{edit['id']}/"
        if edit["kind"] == "create":
            status, todo, _ = self.call("POST", "/todos/", edit["fields"], **{"Idempotency-Key": todo_id})
        elif edit["kind"] == "change":
            status, todo, _ = self.call("PATCH", path, edit["fields"] | {"revision": edit["revision"]})
        else:  # A list has no ETag for each todo, but it is known: the revision in quotes.
            status, todo, _ = self.call("DELETE", path, **{"If-Match": f'"{edit["revision"]}"'})
        is_mine = status in (201, 202) or (status in (200, 412) and self.is_own_version(edit, todo))
        if status == 200 or is_mine:
            self.accept(edit, todo, is_mine)
        elif status == 204 or (status == 404 and edit["kind"] == "delete"):
            self.state["todos"].pop(todo_id, None)
        else:  # 412: changed elsewhere. 404: deleted elsewhere. 400: refused.
            self.state["conflicts"].append({"edit": edit, "now": todo if status == 412 else None})

    def is_own_version(self, edit: dict[str, Any], todo: dict[str, Any]) -> bool:
        """Return whether the todo is what the edit made. A 412 is then the echo of an edit whose answer was lost."""
        expected = NEW | self.state["todos"].get(edit["id"], {}) | edit["fields"]
        return edit["kind"] != "delete" and all(todo.get(name) == expected.get(name) for name in ("title", *NEW))

    def accept(self, edit: dict[str, Any], todo: dict[str, Any], is_mine: bool) -> None:
        """Store the answer to an edit. Later edits were made on top of it: if it has changed since, they conflict."""
        if "deleted" not in todo:  # A repeated key whose todo was deleted meanwhile gives its tombstone.
            self.state["todos"][str(todo["id"])] = todo
        for later in self.state["edits"][1:]:
            if (later["id"], later["revision"]) == (edit["id"], edit["revision"]):
                later |= {"id": str(todo["id"]), "revision": todo["revision"] if is_mine else 0}

    def fetch_changes(self) -> None:
        has_more, todos = True, self.state["todos"]
        while has_more:
            status, changes, headers = self.call("GET", f"/todos/?since={self.state['revision']}&limit=200")
            if status != 200:  # 410: deletions were purged. 400: the server is another, or restored. Start again.
                todos.clear()
                self.state["revision"] = 0
                continue
            for todo in changes:
                todos.pop(str(todo["id"]), None)
                if "deleted" not in todo:
                    todos[str(todo["id"])] = todo
            self.state["revision"] = int(headers["X-Revision"])
            has_more = 'rel="next"' in headers.get("Link", "")

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        """Call the API. An access token lives 15 minutes, the refresh token 14 days; then log in again."""
        tokens = self.state["tokens"]
        for renewal in ("refresh", "login", None):
            headers["Authorization"] = f"Bearer {tokens.get('access', 'none')}"
            status, result, received = self.send(method, path, body, headers)
            if status != 401 or renewal is None:
                break
            proof = {"refresh": tokens.get("refresh", "")} if renewal == "refresh" else self.credentials
            answer = self.send("POST", f"/auth/{renewal}/", proof, {})
            tokens |= answer[1] if answer[0] == 200 else {}
        if status in (401, 429) or status >= 500:  # A 429 says in Retry-After how many seconds to wait.
            raise OSError(f"The server answered {status}. Try again later.")
        return status, result, received

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, Any]:
        data = None if body is None else json.dumps(body).encode()
        prepared = request.Request(self.api + path, data, headers | {"Content-Type": "application/json"}, method=method)
        try:
            with request.urlopen(prepared) as response:
                return response.status, json.loads(response.read() or b"null"), response.headers
        except error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null"), refused.headers
