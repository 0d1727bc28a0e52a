"""Builds the package for Lambda: the project, its dependencies, its static files and an empty database."""

import os
import platform
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

from deploy.bytecode import compile_modules, find_python
from deploy.stages import lambda_python_version

ROOT = Path(__file__).resolve().parent.parent
PYTHON_VERSION = lambda_python_version()
PROJECT_PACKAGES = ("todoproject", "accounts", "todos", "web")
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}  # the name of each Lambda architecture in wheels and `uname -m`

# Lambda's Python 3.12 and later run on Amazon Linux 2023, which has glibc 2.34. Wheels are built for 2.28 or older.
GLIBC_MINOR_VERSIONS = range(28, 16, -1)

# Files that are not needed on Lambda. English is the only language; static files have been collected.
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


def build_package(archive: Path, *, stage: str = "dev", architecture: str | None = None) -> Path:
    """Build a package with `zappa package`, which runs the same steps as `zappa deploy`; return its path."""
    environment = dict(os.environ) | ({"LAMBDA_ARCHITECTURE": architecture} if architecture else {})
    zappa = Path(sys.executable).with_name("zappa")
    run_step("zappa package", [zappa, "package", stage, "--output", archive], cwd=ROOT, environment=environment)
    return archive


def local_architecture() -> str:
    """Return Lambda's name for this machine's architecture (Linux says aarch64 for arm64)."""
    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


def fill_package(archive: Path, *, architecture: str) -> None:
    """Replace Zappa's archive with the package, keeping only the settings that Zappa generated.

    Raises ClickException, which ends Zappa with status 1, if a step fails.
    """
    with TemporaryDirectory(prefix="todo-package-") as temporary:
        folder = Path(temporary)
        with ZipFile(archive) as zappa_archive:
            zappa_archive.extract("zappa_settings.py", folder)
        add_project(folder)
        add_database(folder)
        add_static_files(folder)
        install_requirements(folder, architecture)
        remove_unused(folder)
        add_bytecode(folder)
        write_archive(archive, folder)


def add_project(folder: Path) -> None:
    """Copy modules, templates and static files, but no tests, symbolic links or hidden files."""
    for package in PROJECT_PACKAGES:
        for file in sorted((ROOT / package).rglob("*")):
            name = file.relative_to(ROOT)
            is_excluded = file.is_symlink() or any(part == "tests" or part.startswith(".") for part in name.parts)
            is_static = "static" in name.parts and file.is_file()
            if (is_static or file.suffix in {".py", ".html", ".js"}) and not is_excluded:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, folder / name)


def add_database(folder: Path) -> None:
    """Create an empty, migrated database in a single file."""
    run_management_command(folder, "migrate", "--verbosity", "0")
    with closing(sqlite3.connect(folder / "db.sqlite3", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    for file in folder.glob("db.sqlite3-*"):  # the locks of the queue of writers
        file.unlink()


def add_static_files(folder: Path) -> None:
    run_management_command(folder, "collectstatic", "--no-input", "--verbosity", "0", "--ignore", "redoc")


def run_management_command(folder: Path, *command: str) -> None:
    """Run a management command of the copied project, without the settings in this process's environment."""
    environment = {"PATH": os.defpath, "SECRET_KEY": secrets.token_urlsafe(50), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "todoproject.settings"
    run_step(command[0], [sys.executable, "-m", "django", *command], cwd=folder, environment=environment)


def install_requirements(folder: Path, architecture: str, *further_options: str | Path) -> None:
    """Install requirements-lambda.txt."""
    requirements = ROOT / "requirements-lambda.txt"
    install_wheels(folder, architecture, "--no-deps", *further_options, "-r", requirements)


def install_wheels(folder: Path, architecture: str, *arguments: str | Path) -> None:
    """Install packages from wheels only, because code compiled here may not run on Lambda."""
    machine = MACHINES[architecture]
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC_MINOR_VERSIONS] + [f"manylinux2014_{machine}"]
    options: list[str | Path] = ["--no-compile", "--only-binary=:all:", "--target", folder, "--upgrade"]
    options += ["--implementation", "cp", "--python-version", PYTHON_VERSION]
    options += [f"--platform={platform}" for platform in platforms]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    ignored = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}  # A deployer may set these for other installs.
    environment = {name: value for name, value in os.environ.items() if name not in ignored}
    run_step("pip install", [*pip, *options, *arguments], cwd=ROOT, environment=environment)


def remove_unused(folder: Path) -> None:
    for pattern in UNUSED:
        for found in list(folder.glob(pattern)):
            shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)


def add_bytecode(folder: Path) -> None:
    python = find_python(PYTHON_VERSION)
    if python is None:
        click.echo(
            f"Python {PYTHON_VERSION} was not found, so the package has no bytecode and cold starts take twice as long."
        )
        return
    try:
        compile_modules(folder, python)
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"compileall failed:\n{error.stdout}{error.stderr}") from error


def write_archive(archive: Path, folder: Path) -> None:
    """Zip the folder reproducibly: sorted, with fixed dates, and readable by everyone."""
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = ZipInfo(str(file.relative_to(folder)))
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, ZIP_DEFLATED
            package.writestr(info, file.read_bytes())


def run_step(step: str, command: Sequence[str | Path], *, cwd: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{step} failed:\n{done.stdout}{done.stderr}".rstrip())
