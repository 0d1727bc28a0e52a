"""Measures the CPU time and the function calls of one request in this process, without a server: `make bench-cpu`.

With `--profile CALL` it prints the functions in which that call spends its time.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.callers import Caller, set_up_database
from benchmarks.operations import OPERATIONS
from benchmarks.serving import start_postgresql
from testing.wsgi import call_application, count_function_calls

REQUESTS = 200
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
    """Return the calls by name, on a new database that has the todos to read."""
    os.environ["DATABASE_URL"] = database_url
    set_up_database()
    callers = Caller.create_all(lambda number: {"title": f"Buy milk {number}"})
    few, many, writer = callers["few"], callers["many"], callers["writer"]
    etag = call_application("GET", "/todos/", few.token).headers["ETag"]
    return {
        "health": few.prepare("GET", "/health/"),
        "list of 20": few.prepare("GET", "/todos/"),
        "list of 1,000": many.prepare("GET", "/todos/"),
        "page of 100": many.prepare("GET", "/todos/", "limit=100"),
        "filtered": many.prepare("GET", "/todos/", "limit=20&status=open&ordering=-due_at"),
        "one todo": few.prepare("GET", f"/todos/{few.first_id}/"),
        "not modified": few.prepare("GET", "/todos/", HTTP_IF_NONE_MATCH=etag),
        "create": writer.prepare("POST", "/todos/", body=OPERATIONS["create"].body),
        "change": writer.prepare("PATCH", f"/todos/{writer.first_id}/", body=OPERATIONS["change"].body),
        "create 100": writer.prepare("POST", "/todos/", body=OPERATIONS["create 100"].body),
    }


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
