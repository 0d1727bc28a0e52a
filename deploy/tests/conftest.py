"""The package, built once for all tests that look into it or run it."""

import platform
from pathlib import Path

import pytest

from deploy.package import MACHINES, build

ARCHITECTURE = {machine: architecture for architecture, machine in MACHINES.items()}[platform.machine()]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the stage dev, for this machine."""
    return build(tmp_path_factory.mktemp("package") / "package.zip", architecture=ARCHITECTURE)
