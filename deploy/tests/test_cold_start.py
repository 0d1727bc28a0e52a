"""The modules that a cold start imports: only those that its first request needs."""

import re
from pathlib import Path

import pytest

from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.gateway import GatewayCaller

# A tenth above what was counted. The runtime, asyncio, Zappa, and Django with its models, admin and templates are most
# of them, and are needed.
MAX_MODULES = 900

NEEDED_LATER = {
    "PostgreSQL": "psycopg",
    "the OpenAPI document": "drf_spectacular.openapi",
    "YAML": "yaml.loader",
    "the admin": "django.contrib.auth.admin",
    "logging in": "accounts.views",
    "passwords": "argon2",
    "tests": "django.test.client",
    "Werkzeug's server": "werkzeug.serving",
    "AWS": "boto3",
}


def list_imported_modules(package: Path, **environment: str) -> list[str]:
    """Return the modules that were imported until the first response, which is one of the API of todos."""
    environment |= local_stage_environment() | {"PYTHONPROFILEIMPORTTIME": "1"}
    with (
        EmulatedFunction(package, environment=environment, max_instances=1) as function,
        Gateway(function, event_format="v1") as gateway,
    ):
        assert GatewayCaller(gateway).call("GET", "/todos/").status == 401
        return re.findall(r"import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)", function.log.read_text())


@pytest.fixture(scope="module")
def imported(package: Path) -> list[str]:
    return list_imported_modules(package)


def test_cold_start_imports_few_modules(imported: list[str]) -> None:
    assert MAX_MODULES * 0.8 < len(imported) <= MAX_MODULES


@pytest.mark.parametrize("module", NEEDED_LATER.values(), ids=NEEDED_LATER.keys())
def test_cold_start_does_not_import_what_is_needed_later(imported: list[str], module: str) -> None:
    assert module not in imported


def test_cold_start_imports_what_todos_need(imported: list[str]) -> None:
    assert {"todos.views", "rest_framework.views", "django.db.models"} <= set(imported)


def test_snapshot_contains_what_is_needed_later(package: Path) -> None:
    modules = list_imported_modules(package, AWS_LAMBDA_INITIALIZATION_TYPE="snap-start")
    assert {"accounts.views", "drf_spectacular.openapi", "django.contrib.auth.admin"} <= set(modules)
