"""Runs the API on a real server, and calls it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils.datastructures import CaseInsensitiveMapping

from testing.passwords import PASSWORD
from testing.ports import free_port


class CallResponse(NamedTuple):
    """The response to a call; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def new_postgresql_database() -> str:
    """Create an empty database on the tests' PostgreSQL, and return its URL."""
    import psycopg

    name = f"served_{uuid4().hex}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")


class APICaller:
    """Calls the API at a port of this machine, below a prefix such as /dev, from any thread."""

    port: int
    prefix = ""

    def call(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> CallResponse:
        """Send one request over its own connection; a body that is not bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if token:
            headers["Authorization"] = f"JWT {token}"
        return self.send(method, path, body, **headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> CallResponse:
        """Send one request over its own connection; an iterator of bytes is sent in chunks."""
        http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            http.request(method, path if path.startswith(f"{self.prefix}/") else self.prefix + path, body, headers)
            response = http.getresponse()
            return CallResponse(response.status, CaseInsensitiveMapping(response.getheaders()), response.read())
        finally:
            http.close()

    def sign_up(self) -> str:
        """Create an account, and return its access token."""
        credentials = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        return self.call("POST", "/auth/signup/", credentials).json()["token"]


class Server(APICaller):
    """The server as `make run` starts it, on a free port, with its own database; a context manager."""

    def __init__(self, directory: Path, *, workers: int = 2, **environment: str) -> None:
        self.workers = workers
        self.directory = directory
        self.port = free_port()
        self.environment = os.environ | {"DATABASE_URL": self.database(), "PORT": str(self.port), "HOST": "127.0.0.1"}
        self.environment |= environment

    def database(self) -> str:
        """Return the URL of a new database of the kind that the tests use."""
        if connection.vendor == "sqlite":
            return f"sqlite:///{self.directory}/served.sqlite3"
        return new_postgresql_database()

    def __enter__(self) -> "Server":
        python, at = sys.executable, settings.BASE_DIR
        subprocess.run([python, "manage.py", "migrate", "-v0"], cwd=at, env=self.environment, check=True)  # noqa: S603
        self.log = (self.directory / "log").open("wb")
        self.process = subprocess.Popen(  # noqa: S603
            [python, "-m", "todoproject.serving.server", f"--workers={self.workers}"],
            cwd=at,
            env=self.environment,
            stderr=self.log,
        )
        self.wait_until_started(self.workers)
        return self

    def wait_until_started(self, workers: int) -> None:
        """Wait until this many processes have started since the start of the server, and a request succeeds.

        A process that is still starting would miss the signal to stop.
        """
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.05)
            if (self.directory / "log").read_text().count("Started worker") < workers:
                continue
            with suppress(OSError):
                if self.call("GET", "/health/").status == 200:
                    return
        raise TimeoutError((self.directory / "log").read_text())

    def worker_ids(self) -> list[int]:
        """Return the ids of the worker processes."""
        children = subprocess.run(  # noqa: S603
            ["pgrep", "-P", str(self.process.pid)],  # noqa: S607
            capture_output=True,
            check=True,
            text=True,
        )
        return [int(line) for line in children.stdout.split()]

    def __exit__(self, *exc: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
