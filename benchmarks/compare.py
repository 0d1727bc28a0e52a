"""Compares the API with peers in other frameworks: throughput, latency, CPU and memory of the same calls.

Every server has one process pinned to one core; wrk, and PostgreSQL if it is used, run on another. The servers take
turns: each round measures one operation on all of them. benchmarks/README.md describes the method.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.load import Measurement, measure
from benchmarks.operations import OPERATIONS, Operation
from benchmarks.peer_servers import PEERS
from benchmarks.pinned_server import PinnedServer
from benchmarks.serving import start_postgresql

CONNECTIONS = (1, 4, 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="the length of one measurement")
    parser.add_argument("--connections", type=int, nargs="+", default=CONNECTIONS)
    parser.add_argument("--operations", nargs="+", default=list(OPERATIONS), choices=list(OPERATIONS))
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--output", type=Path, help="a JSON file for the raw results")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="compare-")))
        folder.chmod(0o755)
        postgresql = start_postgresql(folder, stack) if options.postgresql else ""
        servers = [stack.enter_context(PEERS[name](folder, postgresql)) for name in options.peers]
        rows = list(measure_all(servers, options))
    print_table(rows, options.peers)
    if failed := {(row["server"], row["operation"]) for row in rows if row["errors"]}:
        sys.exit(f"Some requests failed: {sorted(failed)}")
    if options.output:
        write_results(options.output, rows, options)


def measure_all(servers: list[PinnedServer], options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield one row for each operation, number of connections, server and round."""
    for operation in (OPERATIONS[name] for name in options.operations):
        for connections in operation.connections(options.connections):
            for turn in range(options.rounds):
                for server in servers[turn % len(servers) :] + servers[: turn % len(servers)]:
                    if operation.is_possible(server):
                        measurement = measure(server, operation, connections, options.seconds)
                        yield row(server, operation, connections, turn, measurement)


def row(
    server: PinnedServer, operation: Operation, connections: int, turn: int, measurement: Measurement
) -> dict[str, Any]:
    place = {"server": server.name, "operation": operation.name, "connections": connections, "round": turn}
    result = place | measurement._asdict()
    print(json.dumps(result), file=sys.stderr)
    return result


def print_table(rows: list[dict[str, Any]], names: list[str]) -> None:
    """Print the medians: requests a second, the ratio to the first server, p50 and p99, CPU a request, memory."""
    places = dict.fromkeys((row["operation"], row["connections"]) for row in rows)
    for operation, connections in places:
        print(f"\n{operation}, {connections} connections")
        base = 0.0
        for name in names:
            own = [r for r in rows if (r["server"], r["operation"], r["connections"]) == (name, operation, connections)]
            if not own:
                continue
            median = {key: statistics.median(r[key] for r in own) for key in Measurement._fields}
            base = base or median["requests_per_second"]
            print(
                f"  {name:16} {median['requests_per_second']:8,.0f}/s  {median['requests_per_second'] / base:5.2f}x"
                f"  p50 {median['p50_ms']:7.2f}  p99 {median['p99_ms']:7.2f} ms  CPU {median['cpu_ms']:6.3f} ms"
                f"  {median['memory_mb']:5.0f} MB  errors {median['errors']:.0f}"
            )


def describe_machine() -> dict[str, Any]:
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return {
        "cpu": cpu.partition(":")[2].strip() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def write_results(path: Path, rows: list[dict[str, Any]], options: argparse.Namespace) -> None:
    result = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "database": "postgresql" if options.postgresql else "sqlite",
        "seconds": options.seconds,
        "rounds": options.rounds,
        "rows": rows,
    }
    path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
