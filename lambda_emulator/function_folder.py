"""A function's folder on this machine, with its package unpacked as Lambda unpacks it."""

import calendar
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from zipfile import BadZipFile, ZipFile

PREFIX = "lambda-function-"


@contextmanager
def function_folder() -> Iterator[Path]:
    """A folder for as long as it is needed; one that a killed process left is removed by the next."""
    remove_abandoned()
    unlocked = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    with (unlocked / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = unlocked.rename(unlocked.with_name(unlocked.name.removeprefix(".")))
        try:
            yield folder
        finally:
            remove(folder)


def remove_abandoned() -> None:
    """Remove the folders of processes that are gone, whose locks are free."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        with suppress(OSError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(lock.parent)


def remove(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            os.chmod(parent, 0o700)  # A read-only folder lets nothing in it be removed.
    rmtree(folder, ignore_errors=True)


def unpack(package: Path, folder: Path) -> None:
    """Unpack it with the modes and dates that it gives: both decide what Python can read there and believes."""
    try:
        with ZipFile(package) as files:
            for entry in files.infolist():
                path = Path(files.extract(entry, folder))
                path.chmod((entry.external_attr >> 16) & 0o777 or (0o755 if entry.is_dir() else 0o644))
                date = calendar.timegm((*entry.date_time, 0, 0, 0))
                os.utime(path, (date, date))
    except (OSError, BadZipFile) as error:
        raise RuntimeError(f"{package} is no package that can be unpacked: {error}") from error


def protect(folder: Path) -> None:
    """Take away every right to write."""
    for parent, _, names in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in names)):
            os.chmod(path, os.stat(path).st_mode & ~0o222)
