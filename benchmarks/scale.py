"""Measures each call against the number of todos in the database, of which the calling user always has the same few.

One process for each size takes its turn in each round. On PostgreSQL, `--partitions` also measures 1,000,000 todos with
the table partitioned by owner.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from benchmarks.callers import Caller, set_up_database
from benchmarks.compare import describe_machine
from benchmarks.operations import OPERATIONS
from benchmarks.serving import start_postgresql

USERS = 100_000
ROOT = Path(__file__).resolve().parent.parent
SIZES = {"sqlite": (1_000, 100_000, 1_000_000), "postgresql": (1_000, 100_000, 1_000_000, 10_000_000)}
PARTITIONED_SIZE = 1_000_000
REQUESTS = 50  # a round


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--partitions", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, help="a JSON file for the raw results")
    parser.add_argument("--serve", nargs=2, metavar=("SIZE", "PARTITIONS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*map(int, options.serve))
        return
    database = "postgresql" if options.postgresql else "sqlite"
    sizes = [(size, 0) for size in options.sizes or SIZES[database]]
    if options.partitions:
        sizes.append((PARTITIONED_SIZE, options.partitions))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="scale-", dir=ROOT / ".cache")))
        folder.chmod(0o755)
        postgresql = start_postgresql(folder, stack) if options.postgresql else ""
        processes = [stack.enter_context(SizeProcess(*size, folder, postgresql)) for size in sizes]
        milliseconds = measure_all(processes, options.rounds)
    print_table(milliseconds)
    if options.output:
        result = {"machine": describe_machine(), "database": database, "users": USERS, "median_ms": milliseconds}
        options.output.write_text(json.dumps(result, indent=1) + "\n")


class SizeProcess:
    """A process that measures calls on a database of one size; a context manager."""

    def __init__(self, size: int, partitions: int, folder: Path, postgresql: str) -> None:
        self.name = f"{size:,}" + (f" in {partitions} partitions" if partitions else "")
        url = f"sqlite:///{folder}/{size}.sqlite3"
        if postgresql:
            import psycopg

            database = f"scale_{size}_{partitions}"
            with psycopg.connect(postgresql, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {database}")
            url = postgresql.replace("/postgres?", f"/{database}?")
        command = [sys.executable, "-m", "benchmarks.scale", "--serve", str(size), str(partitions)]
        self.process = subprocess.Popen(  # noqa: S603
            command,
            env=os.environ | {"DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        self.calls: list[str] = json.loads(self.ask(""))
        return self

    def __exit__(self, *exc: object) -> None:
        assert self.process.stdin is not None  # noqa: S101
        self.process.stdin.close()
        self.process.wait(60)

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None  # noqa: S101
        assert self.process.stdout is not None  # noqa: S101
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


def measure_all(processes: list[SizeProcess], rounds: int) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each call for each size. The first round only warms the caches."""
    milliseconds: dict[str, dict[str, float]] = {}
    for call in processes[0].calls:
        turns = [[float(process.ask(call)) for process in processes] for _ in range(rounds + 1)][1:]
        medians = [statistics.median(values) for values in zip(*turns, strict=True)]
        milliseconds[call] = dict(zip([process.name for process in processes], medians, strict=True))
    return milliseconds


def print_table(milliseconds: dict[str, dict[str, float]]) -> None:
    """Print the medians, and in parentheses their ratio to the smallest size."""
    for call, medians in milliseconds.items():
        first = next(iter(medians.values()))
        cells = (f"{name}: {value:.2f} ms ({value / first:.2f}x)" for name, value in medians.items())
        print(f"{call:22} {'   '.join(cells)}")


def serve(size: int, partitions: int) -> None:
    """Fill the database, then answer each line on the standard input, the name of a call, with its milliseconds."""
    calls = prepare_calls(size, partitions)
    sys.stdin.readline()
    print(json.dumps(list(calls)), flush=True)
    for line in sys.stdin:
        call = calls[line.strip()]
        durations = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            call()
            durations.append(time.perf_counter() - began)
        print(1_000 * statistics.median(durations), flush=True)


def prepare_calls(size: int, partitions: int) -> dict[str, Callable[[], None]]:
    """Return the calls by name, on a database that has `size` todos of other users."""
    set_up_database()
    from django.db import connection

    from benchmarks.scale_data import fill_tables
    from testing.todo_rows import make_varied_row

    fill_tables(min(size, USERS), size, partitions)
    callers = Caller.create_all(make_varied_row)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # PostgreSQL does it by itself, some time after many rows were written.
    few, many, writer = callers["few"], callers["many"], callers["writer"]
    return {
        "list of 20": few.prepare("GET", "/todos/"),
        "page of 100": many.prepare("GET", "/todos/", "limit=100"),
        "page by due date": many.prepare("GET", "/todos/", "limit=100&ordering=due_at&status=open"),
        "search": many.prepare("GET", "/todos/", "limit=100&search=b"),
        "changes": many.prepare("GET", "/todos/", "since=900"),
        "one todo": few.prepare("GET", f"/todos/{few.first_id}/"),
        "create": writer.prepare("POST", "/todos/", body=OPERATIONS["create"].body),
        "change": writer.prepare("PATCH", f"/todos/{writer.first_id}/", body=OPERATIONS["change"].body),
    }


if __name__ == "__main__":
    main()
