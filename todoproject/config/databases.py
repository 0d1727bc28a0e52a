"""The database settings, from one URL."""

from pathlib import Path
from typing import Any

import environ

from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.files import create_if_missing
from todoproject.config.rules import DATABASE_URL_EXAMPLE, ENCODING_HINT, has_unencoded_password

# Django's backends, with a queue for writers and a cheaper check of idle connections.
SQLITE = "todoproject.sqlite"
POSTGRESQL = "todoproject.postgresql"
ENGINES = {"django.db.backends.sqlite3": SQLITE, "django.db.backends.postgresql": POSTGRESQL}
SCHEMES = ("sqlite://", "postgresql://", "postgres://")

# Seconds that SQLite waits for another writer before the response is 503.
BUSY_TIMEOUT = 20

# Seconds to wait for a connection to PostgreSQL before the response is 503.
CONNECT_TIMEOUT = 5


def parse_database_url(url: str, *, default: Path) -> dict[str, Any]:
    """Return Django's settings for the database at `url`, or, if that is empty, for the SQLite file `default`."""
    if not url:
        return build_sqlite_settings(default)
    try:
        is_supported = url.startswith(SCHEMES) and not has_unencoded_password(url)
        config = dict(environ.Env.db_url_config(url)) if is_supported else {}
    except ValueError:
        config = {}
    if config:
        config["ENGINE"] = ENGINES.get(config["ENGINE"])
    require_supported_database(config)
    if config["ENGINE"] == SQLITE:
        folder = Path(config["NAME"]).absolute().parent
        if not folder.is_dir():
            problem = f"DATABASE_URL names a file in {folder}, which is not a folder; create it first."
            raise ConfigurationError(CheckID.DATABASE_URL, problem)
        return build_sqlite_settings(config["NAME"])
    config.setdefault("OPTIONS", {}).setdefault("connect_timeout", CONNECT_TIMEOUT)
    # A pooler may use another connection for each transaction, where a server-side cursor does not exist.
    return config | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}


def require_supported_database(config: dict[str, Any]) -> None:
    """Require PostgreSQL, or SQLite in a file: in memory, each thread would have its own database."""
    if config.get("ENGINE") not in (SQLITE, POSTGRESQL) or config["NAME"] in ("", ":memory:"):
        # The URL itself is not shown, because it may contain a password.
        problem = "DATABASE_URL is not a supported database URL"
        hint = f"set it to a URL such as {DATABASE_URL_EXAMPLE}, {ENCODING_HINT}, or sqlite:////absolute/path.sqlite3"
        raise ConfigurationError(CheckID.DATABASE_URL, f"{problem}; {hint}.")


def build_sqlite_settings(path: Path | str) -> dict[str, Any]:
    """Return Django's settings for a SQLite file that several processes share.

    WAL lets others read while one process writes. IMMEDIATE takes the write lock at BEGIN, where waiting is possible;
    taking it later in a transaction fails at once. With FULL, a committed write survives a power loss.
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


def create_writable_copy(packaged: Path, folder: Path) -> Path:
    """Return the writable copy of a packaged SQLite file in `folder`, creating it if it is missing.

    An existing copy is kept, with its data: Lambda can start a new process without emptying /tmp.
    """
    copy = folder / packaged.name
    if not copy.exists():
        try:
            create_if_missing(copy, packaged.read_bytes())
        except OSError as error:
            problem = f"{packaged} cannot be copied to {copy} ({error.strerror})"
            hint = "build the package again, or set DATABASE_URL"
            raise ConfigurationError(CheckID.DATABASE_URL, f"{problem}; {hint}.") from error
    return copy


def is_sqlite_in_folder(config: dict[str, Any], folder: Path) -> bool:
    """Return whether the database is a SQLite file in that folder."""
    return config["ENGINE"] == SQLITE and folder in Path(config["NAME"]).absolute().parents
