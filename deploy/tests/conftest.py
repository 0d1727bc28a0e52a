"""The package, built once for all tests that look into it or run it."""

import platform
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.package import MACHINES, build
from todoproject.tests.server import new_postgresql_database

ARCHITECTURE = {machine: architecture for architecture, machine in MACHINES.items()}[platform.machine()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what has a database of its own, or none, once: where the tests run on SQLite."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            on_postgresql = item.get_closest_marker("postgresql") is not None
            if config.getoption("--lambda"):
                item.add_marker(pytest.mark.skip(reason="has functions of its own"))
            elif on_postgresql != config.getoption("--postgresql"):
                where = "PostgreSQL" if on_postgresql else "SQLite"
                item.add_marker(pytest.mark.skip(reason=f"runs where the tests run on {where}"))


@pytest.fixture
def database_url() -> str:
    """An empty PostgreSQL database, which a function, that runs as another user, can reach."""
    url = new_postgresql_database()
    [sockets] = parse_qs(urlsplit(url).query)["host"]
    Path(sockets).chmod(0o711)
    return url


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the stage dev, for this machine."""
    return build(tmp_path_factory.mktemp("package") / "package.zip", architecture=ARCHITECTURE)
