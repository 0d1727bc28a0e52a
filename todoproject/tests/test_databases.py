"""The tests run on the database that they are said to run on."""

import pytest
from django.db import connection


def test_the_tests_run_where_they_are_told_to(request: pytest.FixtureRequest, db: None) -> None:
    if request.config.getoption("--postgresql"):
        assert connection.vendor == "postgresql"
    else:
        assert connection.vendor == "sqlite"
        assert connection.settings_dict["NAME"].endswith("/test.sqlite3")


def test_sqlite_is_opened_as_configured(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own settings")
    with connection.cursor() as cursor:
        values = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]
