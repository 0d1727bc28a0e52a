"""Measures the memory that a login needs."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

MEGABYTE = 1_000_000
PROC_STATUS = Path("/proc/self/status")

CREATE_USER = """
import django
django.setup()
from django.core.management import call_command
from accounts.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("ada@example.com", "correct horse battery")
"""

# Imports everything that a login needs, resets the memory peak, and prints how far one login raises it.
MEASURE_LOGIN = """
import contextlib, logging, re, django
django.setup()
logging.disable()
from pathlib import Path
from django.test import Client

def kilobytes(name):
    return int(re.search(rf"^{name}:\\s+(\\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)[1])

def log_in(credentials):
    return client.post("/auth/login/", credentials, content_type="application/json").status_code

client = Client(headers={"host": "localhost"})
assert (client.get("/health/").status_code, log_in({})) == (200, 400)
with contextlib.suppress(OSError):  # Where the peak cannot be reset, the earlier peak counts.
    Path("/proc/self/clear_refs").write_text("5")
idle = kilobytes("VmRSS")
assert log_in({"email": "ada@example.com", "password": "correct horse battery"}) == 200
print(1024 * (kilobytes("VmHWM") - idle))
"""


def measure_login_memory(folder: Path) -> int:
    """Return by how many bytes one login raises the peak memory of a new process, with a new database in `folder`."""
    url = f"sqlite:///{folder}/memory.sqlite3"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "todoproject.settings"}

    def run(program: str) -> str:
        command = [sys.executable, "-c", program]
        return subprocess.run(  # noqa: S603
            command, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    run(CREATE_USER)
    return int(run(MEASURE_LOGIN))
