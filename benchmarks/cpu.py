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
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.serving import start_postgresql
from testing.wsgi import call_application, count_function_calls

REQUESTS = 200
numbers = count()
Call = Callable[[], None]


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

    import todoproject.wsgi  # noqa: F401 (It sets Django up.)

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
        return lambda: send(method, path, tokens[user], body(next(numbers)) if body else None, headers)

    lists = {user: call_application("GET", "/todos/", token) for user, token in tokens.items()}
    etag = lists["few"].headers["ETag"]
    one, changed = (json.loads(lists[user].content)[0]["id"] for user in ("few", "writer"))
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


def send(method: str, path: str, token: str, body: Any, headers: dict[str, str]) -> None:
    response = call_application(method, path, token, body, **headers)
    if response.status >= 400:
        raise RuntimeError(response.content.decode())


def measure_cpu(call: Call) -> float:
    """Return the median of five measurements of the CPU time of one request, in milliseconds."""
    requests = REQUESTS if time_calls(call, 20) < 5 else REQUESTS // 10
    return statistics.median(time_calls(call, requests) for _ in range(5))


def time_calls(call: Call, requests: int) -> float:
    began = time.process_time()
    for _ in range(requests):
        call()
    return (time.process_time() - began) * 1_000 / requests


def print_profile(call: Call) -> None:
    time_calls(call, 20)
    profile = cProfile.Profile()
    profile.runcall(time_calls, call, REQUESTS)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(70)


if __name__ == "__main__":
    main()
