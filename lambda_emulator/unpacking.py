"""Unpacks packages as Lambda does, but only once per process: all instances share the files."""

import atexit
import calendar
import os
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from zipfile import BadZipFile, ZipFile

from lambda_emulator.temporary_folder import temporary_folder

unpacked_folders: dict[tuple[Path, int, int], Path] = {}
unpacked_lock = Lock()
cleanup = ExitStack()
atexit.register(cleanup.close)


def unpack_once(package: Path) -> Path:
    """Return the folder with the files of a package. It exists until this process ends.

    Raises RuntimeError, with a one-line text, for a file that is not a zip.
    """
    try:
        status = package.stat()
        key = (package.resolve(), status.st_size, status.st_mtime_ns)
        with unpacked_lock:
            if key not in unpacked_folders:
                folder = cleanup.enter_context(temporary_folder()) / "task"
                unpack(package, folder)
                unpacked_folders[key] = folder
            return unpacked_folders[key]
    except (OSError, BadZipFile) as error:
        raise RuntimeError(f"The package {package} cannot be unpacked: {error}") from error


def unpack(package: Path, folder: Path) -> None:
    """Unpack a zip with the modes and dates of its entries: Python's access and its bytecode checks use them."""
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
