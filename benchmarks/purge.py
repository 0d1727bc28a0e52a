"""Measures the purge of old tombstones, and how much it slows down writers.

Four clients write through the real server, which has two processes; another process purges. The tombstones are purged
in equal parts, oldest first, each after a pause as long as the previous part took, so that one run alternately measures
writes with and without a purge. All processes share the machine.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from benchmarks.serving import serve

WRITERS = 4
PARTS = 10
MINIMUM_PAUSE_SECONDS = 1.0
OLDEST = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tombstones", type=int, default=100_000)
    parser.add_argument(
        "--users", type=int, default=10, help="number of users who own the tombstones, including the writers"
    )
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="purge-")))
        server = stack.enter_context(serve(folder, postgresql=options.postgresql))
        tokens = [server.sign_up() for _ in range(WRITERS)]
        make_tombstones(options.tombstones, options.users)
        from testing.purging import purge_process

        purge = stack.enter_context(purge_process(server))
        purge(OLDEST)  # Returns once the process has started.
        writers = [Writer(server, token) for token in tokens]
        seconds = measure(writers, purge, options.tombstones)
    name = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{name}: {options.tombstones:,} tombstones of {options.users:,} users, purged in {PARTS} parts,")
    print(f"  {seconds:.1f} s in all, {options.tombstones / seconds:,.0f} per second")
    for purged, title in ((False, "without"), (True, "with")):
        print_percentiles(
            title, [duration for writer in writers for duration, during in writer.durations if during is purged]
        )
    print(f"  statuses {dict(sum((writer.statuses for writer in writers), Counter()))}")


def make_tombstones(count: int, users: int) -> None:
    """Create tombstones deleted one second apart, distributed evenly over the users."""
    from accounts.models import User
    from todos.models import Todo, unguarded_todos

    User.objects.bulk_create(
        User(email=f"{number}@example.com", password="") for number in range(users - User.objects.count())
    )
    User.objects.update(revision=-(-count // users))
    owners = list(User.objects.values_list("pk", flat=True))

    def tombstone(number: int) -> Todo:
        revision, place = divmod(number, users)
        at = OLDEST + number * SECOND
        stamps = {"created_at": at, "updated_at": at, "deleted_at": at, "revision": revision + 1}
        return Todo(owner_id=owners[place], title="x", search_text="x", position=0, status_position=0, **stamps)

    unguarded_todos().bulk_create(map(tombstone, range(count)), batch_size=1_000)


class Writer(Thread):
    """Creates, changes and deletes todos until stopped; records how long each call took, and if during a purge."""

    def __init__(self, server: Any, token: str) -> None:
        super().__init__()
        self.server, self.token = server, token
        self.is_purging: bool | None = None  # None: calls are not measured
        self.stopped = Event()
        self.durations: list[tuple[float, bool]] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        while not self.stopped.is_set():
            todo = self.write("POST", "/todos/", {"title": "x"})
            path = f"/todos/{todo.json()['id']}/"
            self.write("PATCH", path, {"title": "y"})
            self.write("DELETE", path)

    def write(self, method: str, path: str, body: Any = None) -> Any:
        is_purging, began = self.is_purging, time.perf_counter()
        response = self.server.call(method, path, body, token=self.token)
        if is_purging is not None:
            self.durations.append((time.perf_counter() - began, is_purging))
        self.statuses[response.status] += 1
        return response


def measure(writers: list[Writer], purge: Callable[[datetime], int], count: int) -> float:
    """Purge in parts, with a pause before each; return the seconds that the purges took."""
    spent, pause, purged = 0.0, MINIMUM_PAUSE_SECONDS, 0
    for writer in writers:
        writer.start()
    for part in range(1, PARTS + 1):
        set_purging(writers, is_purging=False)
        time.sleep(pause)
        set_purging(writers, is_purging=True)
        began = time.perf_counter()
        purged += purge(OLDEST + (count * part // PARTS) * SECOND)
        pause = max(MINIMUM_PAUSE_SECONDS, time.perf_counter() - began)
        spent += time.perf_counter() - began
    for writer in writers:
        writer.stopped.set()
        writer.join()
    if purged != count:
        sys.exit(f"{purged:,} of {count:,} tombstones were purged.")
    return spent


def set_purging(writers: list[Writer], *, is_purging: bool) -> None:
    for writer in writers:
        writer.is_purging = is_purging


def print_percentiles(title: str, durations: list[float]) -> None:
    percentiles = statistics.quantiles(durations, n=100)
    p50, p99, longest = (1000 * value for value in (percentiles[49], percentiles[98], max(durations)))
    print(f"  {title:8} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   longest {longest:6.1f} ms   {len(durations):,} writes")


if __name__ == "__main__":
    main()
