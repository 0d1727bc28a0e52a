"""Runs a server in one process on one core, with users and todos in a database of its own."""

import json
import os
import subprocess
import time
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from testing.ports import free_port

SERVER_CORE = "0"
ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "benchmark-key-of-more-than-fifty-characters-0123456789-abcdefghij"  # noqa: S105
PASSWORD = "correct horse battery"  # noqa: S105
# The users, and how many todos each has.
USERS = {"small": 20, "large": 1_000, "writer": 0, "changer": 1}


class PinnedServer:
    """A server with users and todos; a context manager."""

    name: str
    cores = SERVER_CORE
    has_etags = False
    etag = ""

    def __init__(self, folder: Path, postgresql: str) -> None:
        self.folder = folder / self.name.replace(" ", "-")
        self.folder.mkdir()
        self.port = free_port()
        self.tokens: dict[str, str] = {}
        self.environment = os.environ | {
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": self.create_database(postgresql),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    def create_database(self, postgresql: str) -> str:
        if not postgresql:
            return f"sqlite:///{self.folder}/benchmark.sqlite3"
        import psycopg

        name = "bench_" + "".join(letter for letter in self.name.lower() if letter.isalnum())
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgresql.replace("/postgres?", f"/{name}?")

    def command(self) -> list[str]:
        raise NotImplementedError

    def prepare(self) -> None:
        """Create the tables, the users and their todos."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.prepare()
        self.log = (self.folder / "log").open("wb")
        command = ["taskset", "-c", self.cores, *self.command()]
        self.process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )
        self.wait_until_started()
        self.after_start()
        return self

    def after_start(self) -> None:
        """Fetch what the calls need."""

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def wait_until_started(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.1)
            with suppress(OSError):
                self.call("GET", "/todos/")
                return
        raise TimeoutError((self.folder / "log").read_text())

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def todo_path(self, user: str) -> str:
        """Return the path of a todo of this user."""
        _, _, body = self.call("GET", "/todos/", token=self.tokens[user])
        return f"/todos/{json.loads(body)[-1]['id']}/"

    def process_ids(self) -> list[int]:
        """Return the ids of the server's process and of its descendants."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
        return found
