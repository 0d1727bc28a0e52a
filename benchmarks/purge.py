"""The purge of old tombstones, and what writers notice of it.

Four clients write over the real server, which takes two processes; a process of its own purges. The tombstones
go by age in equal parts, each after a rest as long as the part before took: writes with the purge running and
without it are measured in turn, in one run. All of them share the machine.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

from benchmarks.serving import served

WRITERS = 4
PARTS = 10
REST_SECONDS = 1.0  # at least
OLDEST = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

# Purges what was deleted before each moment that it reads, and says how many.
PURGE = """
import sys, django
from datetime import datetime
django.setup()
from todos.purge import purge
for line in sys.stdin:
    print(purge(datetime.fromisoformat(line.strip())), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tombstones", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=10, help="whose they are, in turn; the writers among them")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="purge-")))
        server = stack.enter_context(served(folder, postgresql=options.postgresql))
        tokens = [server.sign_up() for _ in range(WRITERS)]
        fill(options.tombstones, options.users)
        purge = stack.enter_context(purging(server))
        writers = [Writer(server, token) for token in tokens]
        seconds = measured(writers, purge, options.tombstones)
    name = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"{name}: {options.tombstones:,} tombstones of {options.users:,} users, purged in {PARTS} parts,")
    print(f"  {seconds:.1f} s in all, {options.tombstones / seconds:,.0f} a second")
    for purged, title in ((False, "without"), (True, "with")):
        show(title, [took for writer in writers for took, during in writer.took if during is purged])
    print(f"  statuses {dict(sum((writer.statuses for writer in writers), Counter()))}")


def fill(count: int, users: int) -> None:
    """Make tombstones, one deleted each second, of all users in turn."""
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


@contextmanager
def purging(server: Any) -> Iterator[Any]:
    command, pipe = [sys.executable, "-c", PURGE], subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, env=server.environment, cwd=Path(__file__).parent.parent, stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as process:

        def purge(before: datetime) -> int:
            print(before.isoformat(), file=process.stdin)
            return int(process.stdout.readline())  # type: ignore[union-attr]

        purge(OLDEST)  # It has started when it answers.
        yield purge


class Writer(Thread):
    """Creates a todo, changes it and deletes it, over and over; notes how long each call took, and when."""

    def __init__(self, server: Any, token: str) -> None:
        super().__init__()
        self.server, self.token = server, token
        self.phase: bool | None = None  # whether the purge runs; None while nothing is measured
        self.stopped = Event()
        self.took: list[tuple[float, bool]] = []
        self.statuses: Counter[int] = Counter()

    def run(self) -> None:
        while not self.stopped.is_set():
            todo = self.write("POST", "/todos/", {"title": "x"})
            path = f"/todos/{todo.json()['id']}/"
            self.write("PATCH", path, {"title": "y"})
            self.write("DELETE", path)

    def write(self, method: str, path: str, body: Any = None) -> Any:
        phase, began = self.phase, time.perf_counter()
        answer = self.server.call(method, path, body, token=self.token)
        if phase is not None:
            self.took.append((time.perf_counter() - began, phase))
        self.statuses[answer.status] += 1
        return answer


def measured(writers: list[Writer], purge: Any, count: int) -> float:
    """Purge in parts, with a rest before each; return how many seconds the purges took."""
    spent, rest, purged = 0.0, REST_SECONDS, 0
    for writer in writers:
        writer.start()
    for part in range(1, PARTS + 1):
        enter(writers, phase=False)
        time.sleep(rest)
        enter(writers, phase=True)
        began = time.perf_counter()
        purged += purge(OLDEST + (count * part // PARTS) * SECOND)
        rest = max(REST_SECONDS, time.perf_counter() - began)
        spent += time.perf_counter() - began
    for writer in writers:
        writer.stopped.set()
        writer.join()
    if purged != count:
        sys.exit(f"{purged:,} were purged of {count:,}.")
    return spent


def enter(writers: list[Writer], *, phase: bool) -> None:
    for writer in writers:
        writer.phase = phase


def show(title: str, took: list[float]) -> None:
    percentiles = statistics.quantiles(took, n=100)
    p50, p99, most = (1000 * value for value in (percentiles[49], percentiles[98], max(took)))
    print(f"  {title:8} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   longest {most:6.1f} ms   {len(took):,} writes")


if __name__ == "__main__":
    main()
