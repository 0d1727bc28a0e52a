"""Processes that were started from here: their children, their memory and their end."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

SECONDS = 5


def children(pid: int) -> list[int]:
    """Return the processes that its main thread started; none where the system does not tell."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def innermost(pid: int) -> int:
    """Return the last of a chain of processes that each wait for the next."""
    while len(found := children(pid)) == 1:
        pid = found[0]
    return pid


def peak_megabytes(pid: int) -> int:
    """Return the most memory that a process held at any time, in whole megabytes; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
    return 0


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its session. The first of a namespace goes first, as its parent waits until all are gone."""
    for child in children(process.pid):
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        if children(process.pid):
            process.wait(SECONDS)
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
