"""Puts load on a server with wrk, and measures what it took."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

LOAD_CORE = "1"
SCRIPT = Path(__file__).parent / "load.lua"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Measurement(NamedTuple):
    """One run of wrk. CPU is the server's time for a request, and memory the server's after the run."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    memory_mb: float
    errors: int


def measure(server: Any, operation: Any, connections: int, seconds: int) -> Measurement:
    """Send an operation as often as possible, over this many connections."""
    environment = os.environ | {
        "LOAD_METHOD": operation.method,
        "LOAD_BODY": operation.body,
        "LOAD_TOKEN": server.tokens[operation.user],
        "LOAD_ETAG": server.etag if operation.sends_etag else "",
    }
    url = f"http://127.0.0.1:{server.port}{operation.path(server)}"
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url]
    before = cpu_seconds(server.process_ids())
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    spent = cpu_seconds(server.process_ids()) - before
    result = json.loads(finished.stdout.rpartition("RESULT ")[2])
    requests = max(1, result["requests"])
    return Measurement(
        requests_per_second=result["requests"] / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        cpu_ms=1_000 * spent / requests,
        memory_mb=sum(memory_bytes(pid) for pid in server.process_ids()) / 2**20,
        errors=result["errors"],
    )


def cpu_seconds(process_ids: list[int]) -> float:
    """Return the CPU time of processes, in user and kernel mode."""
    total = 0
    for pid in process_ids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / CLOCK_TICKS


def memory_bytes(pid: int) -> int:
    """Return the proportional set size of a process: shared pages count in parts."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
