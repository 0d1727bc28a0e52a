"""The pytest plugin for `--lambda`: test clients call the packaged API on an emulated Lambda.

The tests and the emulated function share one database, so each test commits its rows, and they are deleted after it.
Tests that need the application in their own process are skipped; they are marked `in_process`, with the reason.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.client import ClientHandler
from django.urls import set_script_prefix

from testing.emulated_api import PREFIX, STAGE, EmulatedAPI

if TYPE_CHECKING:
    from lambda_emulator.gateway import Gateway

# A test with a caller fixture calls the API; one with a database fixture alone only creates rows.
CALLER_FIXTURES = {"client", "api", "user_client", "admin_client", "server"}
DATABASE_FIXTURES = {"db", "transactional_db"}

# Fixtures that only work if the application runs in the test's process, and why.
IN_PROCESS_FIXTURES = {
    "settings": "changes the settings of this process only",
    "caplog": "reads the log of this process only",
    "django_assert_num_queries": "counts the statements of this process only",
    "django_assert_max_num_queries": "counts the statements of this process only",
}

# Models whose rows are created by migrations, and not deleted.
MODELS_FILLED_BY_MIGRATIONS = {"auth.permission", "contenttypes.contenttype"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need the application in their process; the others commit. Check the log last."""
    items.sort(key=lambda item: item.path.name == "test_whole_log.py")
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        reasons = [str(mark.args[0]) for mark in item.iter_markers("in_process")]
        reasons += [
            reason for name, reason in IN_PROCESS_FIXTURES.items() if name in fixtures and fixtures & CALLER_FIXTURES
        ]
        if reasons:
            item.add_marker(pytest.mark.skip(reason=f"{item.name}: {reasons[0]}"))
        elif fixtures & (CALLER_FIXTURES | DATABASE_FIXTURES) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def emulated_api(django_db_setup: None) -> Iterator[EmulatedAPI]:
    """The API on an emulated Lambda. Once it exists, all test clients call it."""
    with (
        serve_package() as gateway,
        EmulatedAPI(gateway) as api,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(ClientHandler, "__call__", lambda handler, environ: api.handle(handler, environ))
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_all_rows)
        yield api


@pytest.fixture(autouse=True)
def use_emulated_api(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the API for a test that uses it, and make `reverse()` add the stage prefix."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("emulated_api")
        set_script_prefix(PREFIX)
    yield
    set_script_prefix("/")


def delete_all_rows(_: Any = None) -> None:
    """Delete all rows of a test. Django's own flush would also recreate the rows of migrations, which is slow."""
    models = [model._meta for model in apps.get_models(include_auto_created=True)]
    tables = {meta.db_table for meta in models if meta.managed and meta.label_lower not in MODELS_FILLED_BY_MIGRATIONS}
    with transaction.atomic(), connection.cursor() as cursor:  # Foreign keys are checked at the end.
        cursor.execute(";".join(f'DELETE FROM "{table}"' for table in sorted(tables)))  # noqa: S608


@contextmanager
def serve_package() -> Iterator["Gateway"]:
    """Serve the package with the database of the tests; yield the gateway.

    The variable EVENTS selects a REST API (v1) or an HTTP API (v2), as for `make lambda`.
    """
    from deploy.package import local_architecture
    from lambda_emulator.function import EmulatedFunction
    from lambda_emulator.gateway import Gateway
    from testing.packages import shared_package

    url = urlsplit(os.environ["DATABASE_URL"])
    [sockets] = parse_qs(url.query)["host"]
    Path(sockets).chmod(0o711)  # The function runs as another user.
    environment = {
        "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        **{name: value for name, value in os.environ.items() if name.startswith("THROTTLE_")},
    }
    package, event_format = shared_package(local_architecture()), os.environ.get("EVENTS", "v1")
    with (
        EmulatedFunction(package, environment=environment, max_instances=8) as function,
        Gateway(function, event_format=event_format, stage=STAGE) as gateway,
    ):
        yield gateway
