"""DATABASE_URL, and the database that the tests run on."""

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from todoproject.config.databases import parse_database_url


def test_tests_run_on_the_database_of_the_command_line(request: pytest.FixtureRequest, db: None) -> None:
    if request.config.getoption("--postgresql"):
        assert connection.vendor == "postgresql"
    else:
        assert connection.vendor == "sqlite"
        assert connection.settings_dict["NAME"].endswith("/test.sqlite3")


def test_postgresql_connects_with_a_timeout_and_works_behind_a_pooler() -> None:
    config = parse_database_url("postgresql://u:p@host/name", default=Path())
    assert config["OPTIONS"]["connect_timeout"] == 5
    assert config["DISABLE_SERVER_SIDE_CURSORS"] is True
    given = parse_database_url("postgresql://u:p@host/name?connect_timeout=9&sslmode=require", default=Path())
    assert given["OPTIONS"] == {"connect_timeout": 9, "sslmode": "require"}


def test_sqlite_connection_has_the_configured_pragmas(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("pragmas exist on SQLite only")
    with connection.cursor() as cursor:
        values = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]


@pytest.mark.parametrize("url", ["postgresql://u:p@h:5432/n", "postgres://u:p@h/n?sslmode=require"])
def test_postgresql_url_is_parsed(url: str) -> None:
    config = parse_database_url(url, default=Path("x"))
    assert config["ENGINE"] == "todoproject.postgresql"
    assert [config[part] for part in ("NAME", "USER", "PASSWORD", "HOST")] == ["n", "u", "p", "h"]
    assert config.get("OPTIONS", {}).get("sslmode") == ("require" if "?" in url else None)


@pytest.mark.parametrize(("url", "name"), [("", "default.db"), ("sqlite:////b.db", "/b.db")])
def test_sqlite_is_configured_for_several_processes(url: str, name: str) -> None:
    config = parse_database_url(url, default=Path("default.db"))
    assert config["NAME"] == name
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode = WAL" in config["OPTIONS"]["init_command"]
    assert "synchronous = FULL" in config["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql", "mysql://h/n", "postgresql://", "postgresql://h:x/n", "sqlite://", "postgres://h"]
)
def test_url_of_an_unsupported_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="set it to a URL such as"):
        parse_database_url(url, default=Path("x"))


@pytest.mark.parametrize("password", ["BPo/Ab1c", "12/Ab1c", "12#b", "12?b", "#b", "/b"])
def test_password_that_is_not_percent_encoded_is_refused_without_showing_it(password: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL.*percent-encoded \(/ is %2F\)") as error:
        parse_database_url(f"postgresql://user:{password}@host:5432/name", default=Path("x"))
    assert password not in str(error.value)


@pytest.mark.parametrize("password", ["BPo/Ab1c", "a#b", "a?b", "a@b", "50%", "%2F", "a+b", "a:b", "[x"])
def test_password_is_percent_encoded(password: str) -> None:
    encoded = quote(password, safe="+")
    config = parse_database_url(f"postgresql://user:{encoded}@host:5432/name", default=Path("x"))
    assert (config["PASSWORD"], config["HOST"], config["NAME"]) == (password, "host", "name")


def test_missing_folder_of_the_sqlite_file_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="/nowhere, which is not a folder"):
        parse_database_url("sqlite:////nowhere/b.db", default=Path("x"))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_connection_that_the_server_closed_is_replaced_before_the_next_request() -> None:
    def begin_request() -> int:
        connection.close_if_unusable_or_obsolete()  # Django calls it when a request begins.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    first = begin_request()
    assert begin_request() == first
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert begin_request() != first
