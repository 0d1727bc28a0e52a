"""The packaged database, copied to where one can write."""

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

from testing.processes import KEY, PRODUCTION, run
from todoproject.config.databases import is_sqlite_file_in, parse_database_url, writable_copy

NOBODY = 65_534

COPY_AS_SOON_AS_TOLD = """
import os, sys
from pathlib import Path
from todoproject.config.databases import writable_copy
os.setuid(int(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
copy = writable_copy(Path(sys.argv[1]), Path(sys.argv[2]))
print(len(copy.read_bytes()))
"""


@pytest.fixture
def packaged(tmp_path: Path) -> Iterator[Path]:
    """A database in a folder that nobody may write to."""
    package = tmp_path / "package"
    package.mkdir()
    with closing(sqlite3.connect(package / "db.sqlite3")) as database:
        database.execute("CREATE TABLE sample AS SELECT zeroblob(2000000) AS content")
        database.commit()
    (package / "db.sqlite3").chmod(0o444)
    package.chmod(0o555)
    yield package / "db.sqlite3"
    package.chmod(0o755)


def folder(tmp_path: Path) -> Path:
    (tmp_path / "writable").mkdir(mode=0o777)
    (tmp_path / "writable").chmod(0o777)
    return tmp_path / "writable"


def test_the_copy_is_whole_writable_and_the_owners_alone(packaged: Path, tmp_path: Path) -> None:
    copy = writable_copy(packaged, folder(tmp_path))
    assert copy.read_bytes() == packaged.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["db.sqlite3"]


def test_a_copy_that_is_there_keeps_its_data(packaged: Path, tmp_path: Path) -> None:
    copy = writable_copy(packaged, folder(tmp_path))
    copy.write_bytes(b"what a warm instance has stored")
    assert writable_copy(packaged, copy.parent).read_bytes() == b"what a warm instance has stored"


@pytest.mark.parametrize("user", [os.getuid(), NOBODY], ids=["same user", "other user"])
def test_processes_that_start_at_once_never_see_half_a_file(packaged: Path, tmp_path: Path, user: int) -> None:
    if user != os.getuid() and os.getuid():
        pytest.skip("only root can start a process of another user")
    for parent in [packaged.parent, *packaged.parent.parents][:4]:
        if str(parent).startswith(str(tmp_path.parent.parent)):
            parent.chmod(parent.stat().st_mode | 0o055)
    target = folder(tmp_path)
    environment = {"PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), *sys.path])}
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", COPY_AS_SOON_AS_TOLD, packaged, target, str(user)],
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


def test_a_package_without_a_database_stops_the_start_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="build the package again, or set DATABASE_URL"):
        writable_copy(tmp_path / "missing" / "db.sqlite3", tmp_path)


def test_only_a_file_in_the_temporary_folder_is_a_copy(tmp_path: Path) -> None:
    assert is_sqlite_file_in(Path("/tmp"), parse_database_url("sqlite:////tmp/other.sqlite3", default=Path()))  # noqa: S108
    assert not is_sqlite_file_in(Path("/tmp"), parse_database_url("postgresql://u:p@host/tmp", default=Path()))  # noqa: S108
    assert not is_sqlite_file_in(tmp_path / "a", parse_database_url(f"sqlite:///{tmp_path}/b.sqlite3", default=Path()))


def test_where_data_must_last_a_copy_stops_the_start(tmp_path: Path) -> None:
    environment = PRODUCTION | {"AWS_LAMBDA_FUNCTION_NAME": "todo", "SECRET_KEY": KEY, "DATABASE_REQUIRED": "1"}
    result = run(
        "manage.py", "check", DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3", TMPDIR=str(tmp_path), **environment
    )
    assert result.returncode != 0
    assert result.stderr.startswith("Not started: DATABASE_URL is not set, or in /tmp;")
    assert run("manage.py", "check", DATABASE_URL="postgresql://u:p@host/name", **environment).returncode == 0


def test_health_the_check_and_the_log_say_that_data_is_not_kept(client, db, settings, caplog) -> None:
    from django.apps import apps

    assert client.get("/health/").json()["durable"] is True
    assert [message.id for message in run_checks()] == []
    settings.DURABLE = False
    assert client.get("/health/").json()["durable"] is False
    assert [message.id for message in run_checks()] == ["todoproject.W001"]
    apps.get_app_config("todoproject").ready()
    assert "The data is a copy in /tmp" in caplog.text


@pytest.mark.django_db
def test_migrating_a_copy_that_is_up_to_date_succeeds(settings) -> None:
    settings.DURABLE = False
    out = StringIO()
    call_command("migrate", stdout=out)
    assert "Nothing is pending." in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_migrating_a_copy_is_refused_where_it_would_change_something(settings) -> None:
    settings.DURABLE = False
    before = connection.introspection.table_names()
    with pytest.raises(CommandError, match=r"zappa update.*DATABASE_URL"):
        call_command("migrate", "todos", "zero", stdout=StringIO())
    assert connection.introspection.table_names() == before
