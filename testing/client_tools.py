"""Runs the tools that `make test-clients` has installed."""

import os
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings

CLIENTS = Path(settings.BASE_DIR) / "clients"
SCHEMA = Path(settings.BASE_DIR) / "schema.yml"
TOOLS = Path(settings.BASE_DIR) / ".cache" / "clients"


def run_tool(*command: Any, folder: Path = TOOLS, **environment: str) -> str:
    """Run a tool in a folder, and return what it wrote. It must succeed."""
    path = os.pathsep.join([str(TOOLS / "venv/bin"), str(TOOLS / "node_modules/.bin"), os.environ["PATH"]])
    finished = subprocess.run(  # noqa: S603
        [str(part) for part in command],
        cwd=folder,
        env=os.environ | {"PATH": path, "NO_COLOR": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout[-20_000:]
    return finished.stdout
