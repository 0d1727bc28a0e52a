"""Schemathesis sends generated requests, valid and invalid ones, and checks the responses against the document."""

import re
from collections.abc import Callable
from pathlib import Path

from testing.client_tools import CLIENTS, SCHEMA, run_tool
from testing.server import APICaller


def test_schemathesis_finds_nothing(server: APICaller, rounds: Callable[[int, int], int], tmp_path: Path) -> None:
    written = run_tool(
        "schemathesis",
        f"--config-file={CLIENTS / 'schemathesis.toml'}",
        "run",
        SCHEMA,
        f"--url=http://127.0.0.1:{server.port}{server.prefix}",
        f"--max-examples={rounds(10, 100)}",
        "--request-timeout=60",
        folder=tmp_path,
        PYTHONPATH=str(CLIENTS),
    )
    assert int(re.findall(r"(\d+) generated", written)[0]) > 1_000
    assert "Authentication failed" not in written  # All calls but those of public operations had a valid token.
