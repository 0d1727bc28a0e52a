"""The OpenAPI document passes its linters without an error or a warning."""

import pytest

from testing.client_tools import CLIENTS, SCHEMA, run_tool

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("lints the same document")]


def test_redocly_finds_nothing() -> None:
    run_tool("redocly", "lint", "--config", CLIENTS / "redocly.yaml", SCHEMA)


def test_spectral_finds_nothing() -> None:
    run_tool("spectral", "lint", "--fail-severity=hint", "--ruleset", CLIENTS / "spectral.yaml", SCHEMA)
