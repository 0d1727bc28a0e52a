"""Serves the API over HTTP with Granian: `python -m todoproject.serving.server`."""

import resource
import socket
import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings

from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.environment import read_integer, read_string

APPLICATION = "todoproject.serving.asgi:application"
BASE_DIR = Path(__file__).resolve().parents[2]

HEAD_BYTES = 65_536
# Seconds after the stop signal at which processes that are still running are killed.
STOP_SECONDS = 10
# Open connections per process; further ones wait. OTHER_FILES are left for the database and the log.
CONNECTIONS = 1_000
OTHER_FILES = 100


def main() -> None:
    parser = ArgumentParser(prog="python -m todoproject.serving.server", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="number of processes (default: %(default)s)")
    workers = parser.parse_args().workers
    try:
        options = read_options()
    except ImproperlyConfigured as error:
        sys.exit(f"Not started: {error}")
    Granian(APPLICATION, workers=workers, **options).serve()


def read_options() -> dict[str, Any]:
    """Return Granian's options.

    This loads the application before the processes start, so that a configuration error is reported only once.
    """
    host, port = resolve_free_address(read_string("HOST") or "127.0.0.1", read_integer("PORT", default=8000))
    # Granian has one time limit for two things: an idle connection, and reading the head of a request. The default is
    # longer than that of common load balancers (60 seconds), so that it is they who close an idle connection.
    seconds = read_integer("KEEP_ALIVE_SECONDS", default=75)
    import_module(APPLICATION.partition(":")[0])
    from django.conf import settings

    return {
        "address": host,
        "port": port,
        "interface": Interfaces.ASGI,
        "loop": Loops.uvloop,
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=seconds * 1000, max_buffer_size=HEAD_BYTES),
        "websockets": False,
        "backpressure": get_connection_limit(),
        "respawn_failed_workers": True,
        "workers_kill_timeout": STOP_SECONDS,
        "working_dir": BASE_DIR,
        "log_dictconfig": settings.LOGGING,
    }


def resolve_free_address(host: str, port: int) -> tuple[str, int]:
    """Return the numeric address and port to listen on; port 0 becomes a free port.

    A port in use is refused here, because Granian would share it with another Granian.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family) as probe:
            return probe.getsockname()[:2]
    except OSError as error:
        reason = f"The server cannot listen on HOST {host!r}, PORT {port}: {error.strerror}"
        problem = f"{reason}; set HOST and PORT to a free address of this machine."
        raise ConfigurationError(CheckID.HOST, problem) from None


def get_connection_limit() -> int:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return CONNECTIONS if files == resource.RLIM_INFINITY else max(10, min(CONNECTIONS, files - OTHER_FILES))


if __name__ == "__main__":
    main()
