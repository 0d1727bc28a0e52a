"""The functions and gateways that the emulator's tests share. Each test leaves them usable for the next one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.probe_function import probe_function, write_package


@pytest.fixture(scope="session")
def probe_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_package(tmp_path_factory.mktemp("probe") / "package.zip")


@pytest.fixture(scope="session")
def function(probe_package: Path) -> Iterator[EmulatedFunction]:
    """A function with four instances."""
    with probe_function(probe_package) as function:
        yield function


@pytest.fixture(scope="session")
def one_instance(probe_package: Path) -> Iterator[EmulatedFunction]:
    """A function with one instance and a timeout of one second."""
    with probe_function(probe_package, max_instances=1, timeout=1) as function:
        yield function


@pytest.fixture(scope="session")
def gateways(function: EmulatedFunction) -> Iterator[dict[str, Gateway]]:
    """A REST API, an HTTP API and a function URL, by event format."""
    with (
        Gateway(function, event_format="v1") as rest_api,
        Gateway(function, event_format="v2") as http_api,
        Gateway(function, event_format="url") as function_url,
    ):
        yield {"v1": rest_api, "v2": http_api, "url": function_url}
