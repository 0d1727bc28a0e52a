"""Temporary folders that are removed even if the process that made them was killed."""

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
    """Make a folder and remove it at the end; first remove those that killed processes left behind.

    The folder gets its final name only once it is locked, so that no other process takes it for an abandoned one.
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
    """Remove the folders of processes that have ended, whose locks are therefore free."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with suppress(OSError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_folder(lock.parent)


def remove_folder(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            os.chmod(parent, 0o700)  # Nothing can be removed from a read-only folder.
    rmtree(folder, ignore_errors=True)
