"""Temporary folders that are removed even if the process that created them was killed."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

PREFIX = "lambda-emulator-"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Create a folder and remove it at the end; first remove those that killed processes left behind.

    The folder is locked before it gets its final name, so that no other process regards it as abandoned.
    """
    remove_abandoned_folders()
    unlocked = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    with (unlocked / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = unlocked.rename(unlocked.with_name(unlocked.name.removeprefix(".")))
        try:
            yield folder
        finally:
            remove_folder(folder)


def remove_abandoned_folders() -> None:
    """Remove the folders whose locks are free, because their processes have ended."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with suppress(OSError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_folder(lock.parent)


def remove_folder(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            os.chmod(parent, 0o700)  # Files cannot be removed from a read-only folder.
    rmtree(folder, ignore_errors=True)
