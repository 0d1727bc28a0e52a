"""One journey with the client that openapi-python-client generates. Usage: python journey.py URL"""

import re
import sys
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import TypeVar
from urllib.parse import unquote
from uuid import uuid4

from todo_api_client import AuthenticatedClient, Client
from todo_api_client.api.accounts import delete_account, login, logout, signup
from todo_api_client.api.bulk import change_todos
from todo_api_client.api.todos import (
    change_todo,
    create_todo,
    delete_todo,
    list_todos,
    read_todo,
    restore_todo,
)
from todo_api_client.models import (
    DeleteAccountRequest,
    LoginRequest,
    NewTodo,
    SignedUp,
    SignupRequest,
    Todo,
    TodoChange,
    TodoPatch,
    TodoStatus,
    TokenPair,
    Tombstone,
)

T = TypeVar("T")

EMAIL = f"{uuid4().hex}@example.com"
PASSWORD = token_urlsafe(16)


def expect(kind: type[T], value: object) -> T:
    """Return the value, which must be of this type."""
    assert isinstance(value, kind), value
    return value


def run(url: str) -> None:
    anonymous = Client(base_url=url, raise_on_unexpected_status=True)
    signed_up = expect(SignedUp, signup.sync(client=anonymous, body=SignupRequest(email=EMAIL, password=PASSWORD)))
    client = AuthenticatedClient(base_url=url, token=signed_up.access, raise_on_unexpected_status=True)
    change_one_todo(client)
    walk_pages(client)
    synchronize(client)
    assert logout.sync_detailed(client=client).status_code == 204
    assert list_todos.sync_detailed(client=client).status_code == 401
    tokens = expect(TokenPair, login.sync(client=anonymous, body=LoginRequest(email=EMAIL, password=PASSWORD)))
    client = AuthenticatedClient(base_url=url, token=tokens.access)
    deleted = delete_account.sync_detailed(client=client, body=DeleteAccountRequest(password=PASSWORD))
    assert deleted.status_code == 204
    assert login.sync_detailed(client=anonymous, body=LoginRequest(EMAIL, PASSWORD)).status_code == 400


def change_one_todo(client: AuthenticatedClient) -> None:
    due = datetime(2030, 12, 24, 18, tzinfo=UTC)
    todo = expect(Todo, create_todo.sync(client=client, body=NewTodo(title="Buy milk", due_at=due)))
    assert (todo.title, todo.status, todo.due_at, todo.completed_at) == ("Buy milk", TodoStatus.OPEN, due, None)
    completed = TodoPatch(status=TodoStatus.COMPLETED, revision=todo.revision)
    changed = expect(Todo, change_todo.sync(todo.id, client=client, body=completed))
    assert (changed.status, changed.revision > todo.revision) == (TodoStatus.COMPLETED, True)
    stale = change_todo.sync_detailed(todo.id, client=client, body=TodoPatch(title="x", revision=todo.revision))
    assert (stale.status_code, expect(Todo, stale.parsed).revision) == (412, changed.revision)
    assert expect(Todo, read_todo.sync(todo.id, client=client)).title == "Buy milk"
    assert delete_todo.sync_detailed(todo.id, client=client, if_match=f'"{changed.revision}"').status_code == 204
    assert expect(Todo, restore_todo.sync(todo.id, client=client)).title == "Buy milk"


def walk_pages(client: AuthenticatedClient) -> None:
    new = [NewTodo(title=f"Todo {number}") for number in range(4)]
    todos = expect(list, create_todo.sync(client=client, body=new))
    changes = [TodoChange(id=todo.id, title=f"{todo.title}!") for todo in todos]
    assert len(expect(list, change_todos.sync(client=client, body=changes))) == 4
    page = list_todos.sync_detailed(client=client, limit=3)
    titles = [expect(Todo, todo).title for todo in expect(list, page.parsed)]
    while following := re.search(r'cursor=([^&>]+)[^>]*>; rel="next"', page.headers.get("Link", "")):
        page = list_todos.sync_detailed(client=client, limit=3, cursor=unquote(following[1]))
        titles += [expect(Todo, todo).title for todo in expect(list, page.parsed)]
    assert titles == ["Buy milk", "Todo 0!", "Todo 1!", "Todo 2!", "Todo 3!"]


def synchronize(client: AuthenticatedClient) -> None:
    everything = list_todos.sync_detailed(client=client)
    todo = expect(Todo, expect(list, everything.parsed)[0])
    assert delete_todo.sync_detailed(todo.id, client=client).status_code == 204
    changes = expect(list, list_todos.sync(client=client, since=int(everything.headers["X-Revision"])))
    assert [(expect(Tombstone, change).id, change.deleted) for change in changes] == [(todo.id, True)]


if __name__ == "__main__":
    run(sys.argv[1])
