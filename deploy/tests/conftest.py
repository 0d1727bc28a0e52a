"""Fixtures of the deployment tests: the package on an emulated function, and a project deployed to emulated AWS."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.aws import FUNCTION_NAME
from testing.gateway import GatewayCaller


@pytest.fixture(scope="session")
def function(package: Path) -> Iterator[EmulatedFunction]:
    """A function with one instance, which has its own database."""
    with EmulatedFunction(package, environment=local_stage_environment(), max_instances=1) as function:
        yield function


@pytest.fixture(scope="session")
def gateways(function: EmulatedFunction) -> Iterator[dict[str, GatewayCaller]]:
    """All three kinds of gateway to the same function, by name."""
    with (
        Gateway(function, event_format="v1") as rest_api,
        Gateway(function, event_format="v2") as http_api,
        Gateway(function, event_format="url") as function_url,
    ):
        kinds = {"REST API": rest_api, "HTTP API": http_api, "function URL": function_url}
        yield {name: GatewayCaller(gateway) for name, gateway in kinds.items()}


@pytest.fixture(params=["REST API", "HTTP API", "function URL"])
def gateway(request: pytest.FixtureRequest, gateways: dict[str, GatewayCaller]) -> GatewayCaller:
    """Each kind of gateway: the test runs once for each."""
    return gateways[request.param]


@pytest.fixture
def fresh_gateway(gateway: GatewayCaller) -> GatewayCaller:
    """Each kind of gateway, with an empty database: the test runs once for each."""
    gateway.function.discard_instances()
    return gateway


@pytest.fixture(params=["REST API", "HTTP API", "function URL"])
def any_fresh_gateway(request: pytest.FixtureRequest, gateways: dict[str, GatewayCaller]) -> GatewayCaller:
    """A gateway with an empty database: a REST API, and with --long one of each kind."""
    if request.param != "REST API" and not request.config.getoption("--long"):
        pytest.skip("runs with --long")
    gateways[request.param].function.discard_instances()
    return gateways[request.param]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pytest.importorskip("moto", reason="moto, which emulates AWS, is in requirements-dev.txt")
    from testing.aws.account import AwsAccount

    with AwsAccount(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(scope="session")
def project(aws: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from testing.aws.project import ProjectCopy

    return ProjectCopy(aws, tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def deployed(project: Any) -> Any:
    """The result of `zappa deploy dev`."""
    return project.zappa("deploy", "dev")


@pytest.fixture(scope="session")
def url(deployed: Any) -> str:
    [url] = re.findall(r"https://\S+", deployed.output)
    return url


@pytest.fixture(scope="session")
def configuration(aws: Any, deployed: Any) -> Any:
    """The function's configuration after the first deployment."""
    return aws.client("lambda").get_function_configuration(FunctionName=FUNCTION_NAME)


@pytest.fixture(scope="session")
def deployed_package(aws: Any, deployed: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the first deployment."""
    package = tmp_path_factory.mktemp("deployed") / "package.zip"
    package.write_bytes(aws.find_function(FUNCTION_NAME).code_bytes)
    return package
