"""The tests run on the database that they are said to run on."""

from pathlib import Path

import pytest
from django.db import connection

from todoproject.config.databases import database_from


def test_the_tests_run_where_they_are_told_to(request: pytest.FixtureRequest, db: None) -> None:
    if request.config.getoption("--postgresql"):
        assert connection.vendor == "postgresql"
    else:
        assert connection.vendor == "sqlite"
        assert connection.settings_dict["NAME"].endswith("/test.sqlite3")


def test_postgresql_is_given_up_in_time_and_may_be_pooled() -> None:
    config = database_from("postgresql://u:p@host/name", default=Path())
    assert config["OPTIONS"]["connect_timeout"] == 5
    assert config["DISABLE_SERVER_SIDE_CURSORS"] is True
    given = database_from("postgresql://u:p@host/name?connect_timeout=9&sslmode=require", default=Path())
    assert given["OPTIONS"] == {"connect_timeout": 9, "sslmode": "require"}


def test_sqlite_is_opened_as_configured(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own settings")
    with connection.cursor() as cursor:
        values = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]
