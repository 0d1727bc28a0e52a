"""The packaged function itself: its data, management commands, schedule, start and log."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest

from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.gateway import GatewayCaller
from testing.passwords import PASSWORD

CREDENTIALS = {"email": "ada@example.com", "password": PASSWORD}
HEALTHY = {"status": "ok", "database": "postgresql", "durable": True, "version": ""}


def test_data_is_lost_with_its_instance_and_health_reports_that(any_fresh_gateway: GatewayCaller) -> None:
    assert any_fresh_gateway.call("GET", "/health/").json()["durable"] is False
    token = any_fresh_gateway.sign_up_as("ada@example.com")
    assert any_fresh_gateway.call("GET", "/auth/me/", token=token).status == 200
    any_fresh_gateway.function.discard_instances()
    assert any_fresh_gateway.call("POST", "/auth/login/", CREDENTIALS).json()["message"] == "Invalid credentials"
    assert "The data is a copy in /tmp" in any_fresh_gateway.function.log.read_text()


def test_a_token_is_invalid_if_its_user_id_belongs_to_another_user(any_fresh_gateway: GatewayCaller) -> None:
    ada = any_fresh_gateway.sign_up_as("ada@example.com")
    any_fresh_gateway.function.discard_instances()
    eve = any_fresh_gateway.sign_up_as("eve@example.com")
    assert read_claims(ada)["user_id"] == read_claims(eve)["user_id"]
    assert any_fresh_gateway.call("GET", "/todos/", token=eve).status == 200
    assert any_fresh_gateway.call("GET", "/todos/", token=ada).status == 401


def read_claims(token: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_management_commands_run_or_explain_why_they_cannot(
    function: EmulatedFunction, gateways: dict[str, GatewayCaller]
) -> None:
    function.discard_instances()
    assert "No migrations to apply." in run_management_command(function, "migrate")
    assert "Sign up and run make_admin" in run_management_command(function, "createsuperuser", fails=True)
    assert "No active account has" in run_management_command(function, "make_admin ada@example.com", fails=True)
    assert "zappa update" in run_management_command(function, "migrate todos zero", fails=True)
    gateways["REST API"].sign_up_as("ada@example.com")
    for _ in range(2):
        output = run_management_command(function, "make_admin ada@example.com")
        assert "ada@example.com is an administrator." in output
        assert "gone at the next cold start" in output


def run_management_command(function: EmulatedFunction, command: str, *, fails: bool = False) -> str:
    result = function.invoke({"manage": command})
    assert bool(result.error) is fails, result
    return result.log


def test_the_schedules_event_purges_deleted_todos(function: EmulatedFunction) -> None:
    rule = "arn:aws:events:eu-central-1:123456789012:rule/todo-api-dev-todoproject.serving.lambda_handler.purge_deleted"
    result = function.invoke({"detail-type": "Scheduled Event", "resources": [rule]})
    assert result.error is None, result


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"SECRET_KEY": "short"}, "Not started: SECRET_KEY is a default, or shorter than 50 characters"),
        ({"ALLOWED_HOSTS": ""}, "Not started: ALLOWED_HOSTS is empty"),
        ({"DATABASE_REQUIRED": "1"}, "Not started: DATABASE_URL is not set"),
    ],
)
def test_a_misconfiguration_stops_the_start_with_one_line(
    package: Path, environment: dict[str, str], reason: str
) -> None:
    with EmulatedFunction(package, environment=local_stage_environment() | environment, max_instances=1) as function:
        result = function.invoke({"manage": "check"})
        log = function.log.read_text()
    assert result.error is not None
    assert reason in log
    assert "Traceback" not in log


def test_the_package_does_not_contain_the_local_secret_key(package: Path) -> None:
    key = local_stage_environment()["SECRET_KEY"].encode()
    with ZipFile(package) as packaged:
        assert [name for name in packaged.namelist() if key in packaged.read(name)] == []


def test_the_log_contains_no_password_token_or_key(
    gateways: dict[str, GatewayCaller], function: EmulatedFunction
) -> None:
    rest = gateways["REST API"]
    email = f"{uuid4().hex}@example.com"
    credentials = {"email": email, "password": PASSWORD}
    token = rest.sign_up_as(email)
    rest.call("POST", "/auth/login/", credentials)
    rest.call("POST", "/auth/login/", credentials | {"password": "hidden wrong one"})
    rest.call("POST", "/auth/login/", b'{"email": "ada@example.com", "password": "hidden half')
    rest.call("GET", f"/todos/?token={token}", token=token)
    rest.call("GET", "/todos/", token=f"hidden{token}")
    log = function.log.read_text()
    assert "REPORT RequestId" in log
    for secret in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), "hidden", token, "eyJ"):
        assert secret not in log
    assert local_stage_environment()["SECRET_KEY"] not in log


@pytest.mark.postgresql
def test_on_postgresql_an_instance_sees_the_writes_of_another_at_once(package: Path, postgresql_url: str) -> None:
    environment = local_stage_environment() | {"DATABASE_URL": postgresql_url}
    with (
        EmulatedFunction(package, environment=environment, max_instances=1) as one,
        EmulatedFunction(package, environment=environment, max_instances=1) as other,
        Gateway(one) as rest_api,
        Gateway(other, event_format="v2") as http_api,
    ):
        assert not one.invoke({"manage": "migrate"}).error
        first, second = GatewayCaller(rest_api), GatewayCaller(http_api)
        assert first.call("GET", "/health/").json() | {"version": ""} == HEALTHY
        token = first.sign_up()
        for number in range(20):
            writer, reader = (first, second) if number % 2 else (second, first)
            created = writer.call("POST", "/todos/", {"title": str(number)}, token=token)
            assert [todo["id"] for todo in reader.call("GET", "/todos/", token=token).json()][-1] == created.json()[
                "id"
            ]
        assert first.call("POST", "/auth/logout/", token=token).status == 204
        assert second.call("GET", "/todos/", token=token).status == 401
        one.discard_instances()
        assert first.call("GET", "/health/").json()["durable"] is True
