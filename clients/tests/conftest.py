"""Both generated clients, which are generated once."""

import shutil
from pathlib import Path

import pytest

from testing.client_tools import CLIENTS, SCHEMA, TOOLS, run_tool


@pytest.fixture(scope="session")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the Python client, with the journey, and what its generator wrote."""
    folder = tmp_path_factory.mktemp("python") / "client"
    written = run_tool("openapi-python-client", "generate", "--path", SCHEMA, "--output-path", folder)
    shutil.copy(CLIENTS / "journey.py", folder)
    return folder, written


@pytest.fixture(scope="session")
def typescript_client(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the TypeScript client, with the journey, and what its generator wrote."""
    folder = tmp_path_factory.mktemp("typescript")
    written = run_tool("openapi-typescript", SCHEMA, "-o", folder / "schema.ts")
    for name in ("journey.ts", "tsconfig.json", "package.json"):
        shutil.copy(CLIENTS / name, folder)
    (folder / "node_modules").symlink_to(TOOLS / "node_modules")
    return folder, written
