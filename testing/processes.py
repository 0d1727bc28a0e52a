"""Runs Python in a new process with its own environment."""

import os
import secrets
import subprocess
import sys

from django.conf import settings

KEY = secrets.token_urlsafe(50)
PRODUCTION = {"PRODUCTION": "1", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "todo.example.com"}


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the project's folder. It inherits only PATH and HOME."""
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
