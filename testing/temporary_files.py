"""The folder of the tests' temporary files."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory
NEEDED_BYTES = 4 * 1024**3


def use_memory_for_temporary_files() -> None:
    """Keep temporary files in memory if enough is free: unpacking a package takes a fifth of the time there.

    Set TMPDIR to use another folder. Child processes inherit it.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or not allows_programs(MEMORY):
        return
    if shutil.disk_usage(MEMORY).free >= NEEDED_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # discards the folder that was chosen without TMPDIR


def allows_programs(folder: Path) -> bool:
    """Return whether programs and libraries in `folder` can be loaded; containers often forbid it."""
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC
