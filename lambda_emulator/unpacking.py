"""Unpacks packages as Lambda does: once in a process, as all instances of a package can share its files."""

import atexit
import calendar
import os
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile, ZipFile

from lambda_emulator.temporary_folder import temporary_folder

unpacked: dict[tuple[Path, int, int], Path] = {}
lock = Lock()
folders = ExitStack()
atexit.register(folders.close)


def unpack_once(package: Path) -> Path:
    """Return the folder with the files of a package, which exists until this process ends.

    Raises RuntimeError, with one line, for a file that is not a zip.
    """
    try:
        status = package.stat()
        key = (package.resolve(), status.st_size, status.st_mtime_ns)
        with lock:
            if key not in unpacked:
                folder = folders.enter_context(temporary_folder()) / "task"
                unpack(package, folder)
                unpacked[key] = folder
            return unpacked[key]
    except (OSError, BadZipFile) as error:
        raise RuntimeError(f"The package {package} cannot be unpacked: {error}") from error


def unpack(package: Path, folder: Path) -> None:
    """Unpack a zip with the modes and dates of its entries: they decide what Python can read, and what it compiles."""
    folder.mkdir()
    with ZipFile(package) as files:
        for entry in files.infolist():
            path = Path(files.extract(entry, folder))
            path.chmod((entry.external_attr >> 16) & 0o777 or (0o755 if entry.is_dir() else 0o644))
            date = calendar.timegm((*entry.date_time, 0, 0, 0))
            os.utime(path, (date, date))


def make_read_only(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for path in (parent, *(os.path.join(parent, name) for name in names)):
            os.chmod(path, os.stat(path).st_mode & ~0o222)
