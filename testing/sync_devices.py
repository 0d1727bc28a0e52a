"""Devices that run the example clients, and lose answers on their way back when told to."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from django.conf import settings

from examples.sync_client import SyncClient

EXAMPLES = Path(settings.BASE_DIR) / "examples"
# Node.js of this machine, or the one that `make test-clients` has installed.
NODE = shutil.which("node", path=f"{os.environ['PATH']}:{settings.BASE_DIR}/.cache/clients/venv/bin")


class Device(Protocol):
    """One of a user's devices. `sync` raises OSError if an answer is lost."""

    def add(self, **fields: Any) -> str: ...
    def change(self, todo_id: str, **fields: Any) -> None: ...
    def delete(self, todo_id: str) -> None: ...
    def view(self) -> dict[str, dict[str, Any]]: ...
    def sync(self) -> None: ...
    def lose_next_answer(self) -> None: ...
    def set_state(self, **values: Any) -> None: ...
    def get_state(self) -> dict[str, Any]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> None: ...


class PythonDevice(SyncClient):
    is_losing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def lose_next_answer(self) -> None:
        self.is_losing = True

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any, Any]:
        response = super().send(method, path, body, headers)
        if self.is_losing and method != "GET" and response[0] < 300 and not path.startswith("/auth/"):
            self.is_losing = False
            raise OSError("the answer was lost")
        return response

    def get_state(self) -> dict[str, Any]:
        return self.state

    def set_state(self, **values: Any) -> None:
        self.state |= values


class JavaScriptDevice:
    """The JavaScript client, in a process of Node.js that reads calls and prints results."""

    def __init__(self, api: str, email: str, password: str) -> None:
        assert NODE
        script = EXAMPLES / "tests" / "device.mjs"
        self.process = subprocess.Popen(  # noqa: S603
            [NODE, script, api, email, password], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with self.process:
            self.process.kill()

    def run(self, method: str, *values: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"method": method, "values": values}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["error"]:
            raise OSError(answer["error"])
        return answer["result"]

    def add(self, **fields: Any) -> str:
        added: str = self.run("add", fields)
        return added

    def change(self, todo_id: str, **fields: Any) -> None:
        self.run("change", todo_id, fields)

    def delete(self, todo_id: str) -> None:
        self.run("delete", todo_id)

    def view(self) -> dict[str, dict[str, Any]]:
        todos: dict[str, dict[str, Any]] = self.run("view")
        return todos

    def sync(self) -> None:
        self.run("sync")

    def lose_next_answer(self) -> None:
        self.run("lose")

    def get_state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.run("state")
        return state

    def set_state(self, **values: Any) -> None:
        self.run("set", values)


LANGUAGES: dict[str, Any] = {"Python": PythonDevice, "JavaScript": JavaScriptDevice}
