"""Measures the throughput of many users at once against the number of processes of the server.

The servers take turns in each round. On a machine with few cores, wrk and PostgreSQL take a part of them.
"""

import argparse
import json
import os
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.compare import describe_machine
from benchmarks.load import Measurement, measure
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.peer_servers import ThisProject
from benchmarks.pinned_server import PASSWORD
from benchmarks.serving import start_postgresql

USERS = 50
CALLS = (
    Operation("list of 20", "GET", "all", lambda server: "/todos/"),
    Operation("create", "POST", "all", lambda server: "/todos/", OPERATIONS["create"].body),
)


class Workers(ThisProject):
    """The API with several processes, on all cores, and with many users who have 20 todos each."""

    cores = ",".join(map(str, range(os.cpu_count() or 1)))

    def __init__(self, workers: int, folder: Path, postgresql: str) -> None:
        self.workers = workers
        self.name = f"{workers} processes"
        super().__init__(folder, postgresql)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "todoproject.serving.server", f"--workers={self.workers}"]

    def after_start(self) -> None:
        tokens = []
        for number in range(USERS):
            credentials = {"email": f"user{number}@example.com", "password": PASSWORD}
            tokens.append(json.loads(self.call("POST", "/auth/signup/", credentials)[2])["token"])
            self.call("POST", "/todos/", [{"title": f"Buy milk {place}"} for place in range(20)], tokens[-1])
        self.tokens["all"] = ",".join(tokens)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2, 4))
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="a JSON file for the results")
    options = parser.parse_args()
    rows = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="workers-")))
        folder.chmod(0o755)
        postgresql = start_postgresql(folder, stack) if options.postgresql else ""
        servers = [stack.enter_context(Workers(count, folder, postgresql)) for count in options.workers]
        for call in CALLS:
            taken: dict[int, list[Measurement]] = {server.workers: [] for server in servers}
            for _ in range(options.rounds):
                for server in servers:
                    taken[server.workers].append(measure(server, call, options.connections, options.seconds))
            for workers, measurements in taken.items():
                median = {
                    name: statistics.median(getattr(each, name) for each in measurements)
                    for name in Measurement._fields
                }
                rows.append({"call": call.name, "workers": workers} | median)
                print(
                    f"{call.name:12} {workers} processes {median['requests_per_second']:7,.0f}/s"
                    f"   p50 {median['p50_ms']:6.1f}   p99 {median['p99_ms']:6.1f} ms   errors {median['errors']:.0f}"
                )
    if options.output:
        result = {"machine": describe_machine(), "postgresql": options.postgresql, "users": USERS, "rows": rows}
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
