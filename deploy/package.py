"""Builds the package that runs on Lambda: the project, what it needs there, static files and an empty database."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click

from deploy.bytecode import compile_all, target_python
from deploy.stages import python_version

ROOT = Path(__file__).resolve().parent.parent
PYTHON_VERSION = python_version()
PROJECT = ("todoproject", "accounts", "todos")
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}

# Amazon Linux 2023, which Lambda's Python 3.12 and later run on, has glibc 2.34; wheels are made for 2.28 or older.
GLIBC = range(28, 16, -1)

# What is of no use there. English is the only language; static files are collected.
UNUSED = (
    "bin",
    "django/contrib/gis",
    "**/tests",
    "**/static",
    "**/locale/[!e_]*",
    "**/locale/e[!n]*",
    "**/locale/en_*",
    "**/locale/*/LC_MESSAGES",
    "django/conf/app_template",
    "django/conf/project_template",
    "tzdata/zoneinfo/[!U_]*",
    "*.dist-info/RECORD",
)


def build(archive: Path, *, stage: str = "dev", architecture: str | None = None) -> Path:
    """Make a package by Zappa's own command, as `zappa deploy` does, and return where it is."""
    environment = dict(os.environ) | ({"LAMBDA_ARCHITECTURE": architecture} if architecture else {})
    zappa = Path(sys.executable).with_name("zappa")
    run("zappa package", [zappa, "package", stage, "--output", archive], cwd=ROOT, environment=environment)
    return archive


def fill(archive: Path, *, architecture: str) -> None:
    """Write the package over the archive that Zappa made, of which only its settings are kept.

    Raises ClickException, which ends Zappa with status 1, where a step fails.
    """
    with TemporaryDirectory(prefix="todo-package-") as temporary:
        folder = Path(temporary)
        with ZipFile(archive) as made_by_zappa:
            made_by_zappa.extract("zappa_settings.py", folder)
        add_project(folder)
        add_database(folder)
        add_static_files(folder)
        add_requirements(folder, MACHINES[architecture])
        remove_unused(folder)
        add_bytecode(folder)
        write(archive, folder)


def add_project(folder: Path) -> None:
    """Copy modules and templates, but no tests, links or hidden files."""
    for package in PROJECT:
        for file in sorted((ROOT / package).rglob("*")):
            name = file.relative_to(ROOT)
            left_out = file.is_symlink() or any(part == "tests" or part.startswith(".") for part in name.parts)
            if file.suffix in {".py", ".html"} and not left_out:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, folder / name)


def add_database(folder: Path) -> None:
    """Make an empty, migrated database of one file."""
    manage(folder, "migrate", "--verbosity", "0")
    with closing(sqlite3.connect(folder / "db.sqlite3", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")


def add_static_files(folder: Path) -> None:
    manage(folder, "collectstatic", "--no-input", "--verbosity", "0", "--ignore", "redoc")


def manage(folder: Path, *command: str) -> None:
    """Run a management command of the copied project, with settings of its own."""
    environment = {"PATH": os.defpath, "SECRET_KEY": secrets.token_urlsafe(50), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "todoproject.settings"
    run(command[0], [sys.executable, "-m", "django", *command], cwd=folder, environment=environment)


def add_requirements(folder: Path, machine: str) -> None:
    """Install requirements-lambda.txt for the target, from wheels alone: nothing is built for this machine instead."""
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC] + [f"manylinux2014_{machine}"]
    options: list[str | Path] = ["--no-deps", "--no-compile", "--only-binary=:all:", "--target", folder, "--upgrade"]
    options += ["--implementation", "cp", "--python-version", PYTHON_VERSION]
    options += [f"--platform={platform}" for platform in platforms]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    elsewhere = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}  # A deployer's own choice is for other installs.
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    run("pip install", [*pip, *options, "-r", ROOT / "requirements-lambda.txt"], cwd=ROOT, environment=environment)


def remove_unused(folder: Path) -> None:
    for pattern in UNUSED:
        for found in list(folder.glob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)


def add_bytecode(folder: Path) -> None:
    python = target_python(PYTHON_VERSION)
    if python is None:
        click.echo(f"Packaged without bytecode, which doubles the cold start: no Python {PYTHON_VERSION} is here.")
        return
    try:
        compile_all(folder, python)
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"compileall failed:\n{error.stdout}{error.stderr}") from error


def write(archive: Path, folder: Path) -> None:
    """Zip the folder: sorted, readable by everyone, and without this machine's dates and modes."""
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = ZipInfo(str(file.relative_to(folder)))
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, ZIP_DEFLATED
            package.writestr(info, file.read_bytes())


def run(step: str, command: Sequence[str | Path], *, cwd: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{step} failed:\n{done.stdout}{done.stderr}".rstrip())
