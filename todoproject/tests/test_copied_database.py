"""The temporary copy of the packaged database on Lambda."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from testing.processes import KEY, PRODUCTION, run_python
from todoproject.config.check_ids import CheckID
from todoproject.config.databases import create_writable_copy, is_sqlite_in_folder, parse_database_url

NOBODY = 65_534

COPY_ON_SIGNAL = """
import os, sys
from pathlib import Path
from todoproject.config.databases import create_writable_copy
os.setuid(int(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
copy = create_writable_copy(Path(sys.argv[1]), Path(sys.argv[2]))
print(len(copy.read_bytes()))
"""


@pytest.fixture
def packaged(tmp_path: Path) -> Iterator[Path]:
    """A database in a read-only folder."""
    package = tmp_path / "package"
    package.mkdir()
    with closing(sqlite3.connect(package / "db.sqlite3")) as database:
        database.execute("CREATE TABLE sample AS SELECT zeroblob(2000000) AS content")
        database.commit()
    (package / "db.sqlite3").chmod(0o444)
    package.chmod(0o555)
    yield package / "db.sqlite3"
    package.chmod(0o755)


def make_writable_folder(tmp_path: Path) -> Path:
    (tmp_path / "writable").mkdir(mode=0o777)
    (tmp_path / "writable").chmod(0o777)
    return tmp_path / "writable"


def test_copy_is_complete_and_accessible_to_its_owner_only(packaged: Path, tmp_path: Path) -> None:
    copy = create_writable_copy(packaged, make_writable_folder(tmp_path))
    assert copy.read_bytes() == packaged.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["db.sqlite3"]


def test_existing_copy_keeps_its_data(packaged: Path, tmp_path: Path) -> None:
    copy = create_writable_copy(packaged, make_writable_folder(tmp_path))
    copy.write_bytes(b"data of a warm instance")
    assert create_writable_copy(packaged, copy.parent).read_bytes() == b"data of a warm instance"


@pytest.mark.parametrize("user", [os.getuid(), NOBODY], ids=["same user", "other user"])
def test_processes_that_start_at_once_never_see_half_a_file(packaged: Path, tmp_path: Path, user: int) -> None:
    if user != os.getuid() and os.getuid():
        pytest.skip("only root can start a process of another user")
    for parent in [packaged.parent, *packaged.parent.parents][:4]:
        if str(parent).startswith(str(tmp_path.parent.parent)):
            parent.chmod(parent.stat().st_mode | 0o055)
    target = make_writable_folder(tmp_path)
    environment = {"PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), *sys.path])}
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", COPY_ON_SIGNAL, packaged, target, str(user)],
            env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for _ in range(6)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    sizes = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert sizes == {str(packaged.stat().st_size)}
    assert [file.name for file in target.iterdir()] == ["db.sqlite3"]


def test_package_without_a_database_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="build the package again, or set DATABASE_URL"):
        create_writable_copy(tmp_path / "missing" / "db.sqlite3", tmp_path)


def test_only_a_sqlite_file_in_the_temporary_folder_is_a_copy(tmp_path: Path) -> None:
    assert is_sqlite_in_folder(parse_database_url("sqlite:////tmp/other.sqlite3", default=Path()), Path("/tmp"))  # noqa: S108
    assert not is_sqlite_in_folder(parse_database_url("postgresql://u:p@host/tmp", default=Path()), Path("/tmp"))  # noqa: S108
    assert not is_sqlite_in_folder(
        parse_database_url(f"sqlite:///{tmp_path}/b.sqlite3", default=Path()), tmp_path / "a"
    )


def test_copy_stops_the_start_where_a_durable_database_is_required(tmp_path: Path) -> None:
    environment = PRODUCTION | {"AWS_LAMBDA_FUNCTION_NAME": "todo", "SECRET_KEY": KEY, "DATABASE_REQUIRED": "1"}
    result = run_python(
        "manage.py", "check", DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3", TMPDIR=str(tmp_path), **environment
    )
    assert result.returncode != 0
    assert result.stderr.startswith("Not started: DATABASE_URL is not set, or names a file in /tmp;")
    assert result.stderr.endswith(f" ({CheckID.DATABASE_REQUIRED})\n")
    assert run_python("manage.py", "check", DATABASE_URL="postgresql://u:p@host/name", **environment).returncode == 0


def test_health_system_check_and_log_report_a_copy_as_not_durable(client, db, settings, caplog) -> None:
    from django.apps import apps

    assert client.get("/health/").json()["durable"] is True
    assert [message.id for message in run_checks()] == []
    settings.DURABLE = False
    assert client.get("/health/").json()["durable"] is False
    assert [message.id for message in run_checks()] == ["todoproject.W001"]
    apps.get_app_config("todoproject").ready()
    assert "The data is a copy in /tmp" in caplog.text


@pytest.mark.django_db
def test_migrate_succeeds_on_a_copy_that_is_up_to_date(settings) -> None:
    settings.DURABLE = False
    out = StringIO()
    call_command("migrate", stdout=out)
    assert "No migrations to apply." in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_migrate_refuses_to_change_a_copy(settings) -> None:
    settings.DURABLE = False
    before = connection.introspection.table_names()
    with pytest.raises(CommandError, match=r"zappa update.*DATABASE_URL"):
        call_command("migrate", "todos", "zero", stdout=StringIO())
    assert connection.introspection.table_names() == before
