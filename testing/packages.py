"""Builds the package once for all test runs of the same source files, because a build is slow."""

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.bytecode import find_python
from deploy.package import PROJECT_PACKAGES, PYTHON_VERSION, ROOT, build_package

FOLDER = ROOT / ".cache" / "test-packages"
OTHER_SOURCES = ("requirements.txt", "requirements-lambda.txt", "zappa_settings.json")
KEPT_PACKAGES = 4


def shared_package(architecture: str) -> Path:
    """Return the package of the stage dev for an architecture.

    Concurrent test processes wait for the first one to build it. It is rebuilt when a source file, the Python that runs
    the tests or the Python that compiles the package has changed.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    package = FOLDER / f"{architecture}-{source_digest()}.zip"
    with (FOLDER / f"{architecture}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not package.exists():
            unfinished = build_package(package.with_suffix(f".{os.getpid()}"), architecture=architecture)
            unfinished.rename(package)
            remove_old_packages(architecture)
    return package


def source_digest() -> str:
    """Return a hash of all sources of a package, and of the two Pythons."""
    digest = hashlib.sha256(f"{sys.prefix} {find_python(PYTHON_VERSION)}".encode())
    for file in source_files():
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def source_files() -> Iterator[Path]:
    for folder in (*PROJECT_PACKAGES, "deploy"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and not {"__pycache__", "tests"} & set(file.parts):
                yield file
    yield from (ROOT / name for name in OTHER_SOURCES)


def remove_old_packages(architecture: str) -> None:
    """Remove all but the newest packages; those of other branches may soon be needed again."""
    packages = sorted(FOLDER.glob(f"{architecture}-*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
    for package in packages[KEPT_PACKAGES:]:
        package.unlink(missing_ok=True)
