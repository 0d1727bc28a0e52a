"""A process that purges tombstones while a server runs."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings

from testing.server import Server

# For each date-time that it reads, purges the todos deleted before it, and prints their number.
PURGE_PROGRAM = """
import sys
from datetime import datetime
import django
django.setup()
from todos.purge import purge
for line in sys.stdin:
    print(purge(datetime.fromisoformat(line.strip())), flush=True)
"""


@contextmanager
def purge_process(server: Server) -> Iterator[Callable[[datetime], int]]:
    """Start a process; yield a function that makes it purge the todos deleted before a date-time."""
    environment = server.environment | {"DJANGO_SETTINGS_MODULE": "todoproject.settings"}
    command, pipe = [sys.executable, "-c", PURGE_PROGRAM], subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as process:

        def purge(before: datetime) -> int:
            print(before.isoformat(), file=process.stdin)
            return int(process.stdout.readline())  # type: ignore[union-attr]

        yield purge
