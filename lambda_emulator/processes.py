"""Reads the children and the memory of processes from /proc, and kills a process with all that it started."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

KILL_WAIT_SECONDS = 5


def list_children(pid: int) -> list[int]:
    """Return the processes that the main thread of `pid` started; none where the system does not say."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def follow_only_children(pid: int) -> int:
    """Return the last process of the chain that starts at `pid`, in which each has one child and waits for it."""
    while len(found := list_children(pid)) == 1:
        pid = found[0]
    return pid


def peak_megabytes(pid: int) -> int:
    """Return the most memory that a process ever used, in whole megabytes; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
    return 0


def kill_with_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its session.

    Its children are killed first: the first process of a namespace takes all others of it along, and `process` waits
    until they are gone.
    """
    for child in list_children(process.pid):
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        if list_children(process.pid):
            process.wait(KILL_WAIT_SECONDS)
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
