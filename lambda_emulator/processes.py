"""Reads the children and the memory of processes from /proc, and kills a process with its children."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

KILL_WAIT_SECONDS = 5


def list_children(pid: int) -> list[int]:
    """Return the child processes of the main thread of `pid`; an empty list on systems without /proc."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def find_innermost_child(pid: int) -> int:
    """Follow the chain of only children from `pid`, such as a shell and its command; return the last process."""
    while len(found := list_children(pid)) == 1:
        pid = found[0]
    return pid


def peak_megabytes(pid: int) -> int:
    """Return the peak memory of a process in whole megabytes; 0 on systems without /proc."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
    return 0


def kill_with_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its session.

    Its children are killed first: killing the first process of a namespace kills all others in it, and `process` waits
    until they have ended.
    """
    for child in list_children(process.pid):
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        if list_children(process.pid):
            process.wait(KILL_WAIT_SECONDS)
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
