"""Which database, and how it is set up, from one URL."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from todoproject.config.files import create_once

SQLITE = "django.db.backends.sqlite3"
SCHEMES = ("sqlite", "postgresql", "postgres")

# How long a writer waits for another one, in seconds, before the answer is 503.
BUSY_TIMEOUT = 20

# How long to wait for a PostgreSQL that does not answer, in seconds, before the answer is 503.
CONNECT_TIMEOUT = 5

EXAMPLE = "postgresql://user:password@host:5432/name"
EXAMPLES = f"{EXAMPLE} or sqlite:////absolute/path.sqlite3"


def database_from(url: str, *, default: Path) -> dict[str, Any]:
    """Return Django's database settings for `url`; an empty one is SQLite in the file `default`."""
    if not url:
        return sqlite(default)
    try:
        config = dict(environ.Env.db_url_config(url)) if url.partition("://")[0] in SCHEMES else {}
    except ValueError:
        config = {}
    if config.get("NAME", ":memory:") in ("", ":memory:"):  # A database in memory is another one for each thread.
        # The URL itself is not repeated: it may carry a password.
        raise ImproperlyConfigured(f"DATABASE_URL names no database that is served here; write it like {EXAMPLES}.")
    if config["ENGINE"] == SQLITE:
        folder = Path(config["NAME"]).absolute().parent
        if not folder.is_dir():
            raise ImproperlyConfigured(f"DATABASE_URL names a file in {folder}, which is no folder; make it first.")
        return sqlite(config["NAME"])
    config.setdefault("OPTIONS", {}).setdefault("connect_timeout", CONNECT_TIMEOUT)
    # A pooler may give each transaction another connection, which would not know of a cursor kept on the server.
    return config | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}


def sqlite(path: Path | str) -> dict[str, Any]:
    """SQLite for several processes at once.

    WAL lets readers read while one writes. IMMEDIATE takes the write lock at BEGIN, where waiting
    is possible; a lock taken later in a transaction fails at once. With FULL an acknowledged write
    survives power loss.
    """
    return {
        "ENGINE": SQLITE,
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_TIMEOUT,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        },
    }


def writable_copy(packaged: Path, folder: Path) -> Path:
    """Return the writable copy of a packaged SQLite file in `folder`, made where there is none.

    A process that finds one there keeps it, with its data: Lambda starts a process anew without emptying /tmp.
    """
    copy = folder / packaged.name
    if not copy.exists():
        try:
            create_once(copy, packaged.read_bytes())
        except OSError as error:
            reason = f"{packaged} cannot be copied to {copy} ({error.strerror})"
            raise ImproperlyConfigured(f"{reason}; build the package anew, or set DATABASE_URL.") from error
    return copy


def is_in(folder: Path, config: dict[str, Any]) -> bool:
    """Whether the database is a SQLite file in that folder."""
    return config["ENGINE"] == SQLITE and folder in Path(config["NAME"]).absolute().parents
