"""Measures the CPU time and the function calls of one request in this process, without a server: `make bench-cpu`.

With `--profile CALL` it prints the functions in which that call spends its time.
"""

import argparse
import cProfile
import json
import os
import pstats
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.serving import start_postgresql

REQUESTS = 200
numbers = count()
Call = Callable[[], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    parser.add_argument("--profile", metavar="CALL")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="cpu-")))
        url = start_postgresql(folder, stack) if options.postgresql else f"sqlite:///{folder}/benchmark.sqlite3"
        calls = prepare_calls(url)
        if options.profile:
            print_profile(calls[options.profile])
            return
        for name, call in calls.items():
            print(f"{name:14} {measure_cpu(call):7.3f} ms  {count_function_calls(call):7,} function calls")


def prepare_calls(database_url: str) -> dict[str, Call]:
    """Set Django up with a new database that has the todos to read, and return the calls by name."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "todoproject.settings", "DATABASE_URL": database_url}
    from django.core.management import call_command

    from todoproject.wsgi import application

    call_command("migrate", verbosity=0)
    from accounts.models import User
    from accounts.tokens import issue_access_token
    from testing.todo_rows import insert_todos

    tokens = {}
    for name, size in {"few": 20, "many": 1_000, "writer": 1}.items():
        user = User.objects.create_user(f"{name}@example.com", "correct horse battery")
        insert_todos(user, *[{"title": f"Buy milk {number}"} for number in range(size)])
        tokens[name] = issue_access_token(user)["access"]

    def call(user: str, method: str, path: str, body: Any = None, **headers: str) -> Call:
        return lambda: send(application, method, path, tokens[user], body(next(numbers)) if body else None, headers)

    etag = read_etag(application, tokens["few"])
    one = read_first_id(application, tokens["few"])
    changed = read_first_id(application, tokens["writer"])
    return {
        "health": call("few", "GET", "/health/"),
        "list of 20": call("few", "GET", "/todos/"),
        "list of 1,000": call("many", "GET", "/todos/"),
        "page of 100": call("many", "GET", "/todos/", QUERY_STRING="limit=100"),
        "filtered": call("many", "GET", "/todos/", QUERY_STRING="limit=20&status=open&ordering=-due_at"),
        "one todo": call("few", "GET", f"/todos/{one}/"),
        "not modified": call("few", "GET", "/todos/", HTTP_IF_NONE_MATCH=etag),
        "create": call("writer", "POST", "/todos/", lambda number: {"title": f"Buy milk {number}"}),
        "change": call("writer", "PATCH", f"/todos/{changed}/", lambda number: {"title": f"Buy milk {number}"}),
        "create 100": call("writer", "POST", "/todos/", lambda number: [{"title": f"Buy milk {number}"}] * 100),
    }


def build_environ(method: str, path: str, token: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(content),
        **headers,
    }


def respond(application: Any, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    started: list[Any] = []
    response = application(environ, lambda *arguments: started.extend(arguments))
    content = b"".join(response)
    response.close()
    return int(started[0][:3]), dict(started[1]), content


def send(application: Any, method: str, path: str, token: str, body: Any, headers: dict[str, str]) -> int:
    status, _, content = respond(application, build_environ(method, path, token, body, headers))
    if status >= 400:
        raise RuntimeError(content.decode())
    return status


def read_etag(application: Any, token: str) -> str:
    return respond(application, build_environ("GET", "/todos/", token, None, {}))[1]["ETag"]


def read_first_id(application: Any, token: str) -> int:
    return json.loads(respond(application, build_environ("GET", "/todos/", token, None, {}))[2])[0]["id"]


def measure_cpu(call: Call) -> float:
    """Return the median of five measurements of the CPU time of one request, in milliseconds."""
    requests = REQUESTS if time_calls(call, 20) < 5 else REQUESTS // 10
    return statistics.median(time_calls(call, requests) for _ in range(5))


def time_calls(call: Call, requests: int) -> float:
    began = time.process_time()
    for _ in range(requests):
        call()
    return (time.process_time() - began) * 1_000 / requests


def count_function_calls(call: Call) -> int:
    profile = cProfile.Profile()
    profile.runcall(call)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]


def print_profile(call: Call) -> None:
    time_calls(call, 20)
    profile = cProfile.Profile()
    profile.runcall(time_calls, call, REQUESTS)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


if __name__ == "__main__":
    main()
