"""Zappa's commands for a deployed stage; each test continues from the state that the previous one left."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

pytest.importorskip("moto", reason="moto, which emulates AWS, is in requirements-dev.txt")

from deploy.package import local_architecture
from testing.aws import FUNCTION_NAME, ROLE_NAME
from testing.aws.account import AwsAccount
from testing.aws.project import CommandResult, ProjectCopy
from testing.aws.resources import describe_deployment, list_resources
from testing.passwords import PASSWORD
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python
ADA = {"email": "ada@example.com", "password": PASSWORD}
BAD_MAIL_SERVER = "smtp+tls://user:BPo/Ab1c@email-smtp.eu-central-1.amazonaws.com:587"
VERSIONS = ("0.1.0", "9.9.9")
VERSION_FILE = "todoproject/__init__.py"
VERSION_BYTECODE = "todoproject/__pycache__/__init__.cpython-313.pyc"
Rounds = Callable[[int, int], int]


def test_deploy_succeeds_once_the_api_is_healthy(aws: AwsAccount, deployed: CommandResult) -> None:
    assert deployed.code == 0, deployed.output
    assert "Deployment complete!" in deployed.output
    assert aws.functions.requests[0] == ("/health/", 200)


def test_the_api_is_served_over_https_below_its_stage(aws: AwsAccount, url: str) -> None:
    with aws.session() as http:
        assert http.post(f"{url}/auth/signup/", json=ADA).ok
        token = http.post(f"{url}/auth/login", json=ADA).json()["token"]
        http.headers["Authorization"] = f"JWT {token}"
        created = http.post(f"{url}/todos/", json={"title": "Buy milk"})
        assert (created.status_code, created.headers["Location"]) == (201, f"{url}/todos/{created.json()['id']}/")
        assert http.get(created.headers["Location"]).json() == created.json()
        assert http.get(f"{url}/todos").json() == [created.json()]
        assert http.get(f"{url}/").json()["docs"] == f"{url}/docs/"


def test_pages_and_their_assets_are_served_below_the_stage(aws: AwsAccount, url: str) -> None:
    with aws.session() as http:
        page = http.get(f"{url}/", headers={"Accept": "text/html"})
        assets = re.findall(r'(?:href|src)="(/[^"]*/static/[^"]+)"', page.text)
        assert assets
        for asset in assets:
            assert http.get(url.removesuffix("/dev") + asset).status_code == 200, asset


def test_no_other_host_is_reachable(aws: AwsAccount) -> None:
    with aws.session() as http, pytest.raises(OSError, match="Only APIs that are deployed here"):
        http.get("https://0123456789.execute-api.eu-central-1.amazonaws.com/dev/")


def test_status_prints_the_url(project: ProjectCopy, url: str) -> None:
    result = project.zappa("status", "dev")
    assert result.code == 0
    assert url in result.output


def test_management_commands_run_in_the_function(project: ProjectCopy, deployed: CommandResult) -> None:
    result = project.zappa("manage", "dev", "showmigrations todos")
    assert (result.code, "[X] 0001_initial" in result.output) == (0, True), result.output
    result = project.zappa("manage", "dev", "migrate")
    assert (result.code, "ERROR" in result.output) == (0, False), result.output


@pytest.mark.parametrize("command", [("manage", "dev", "no_such"), ("invoke", "dev", "todoproject.no_such")])
def test_a_command_that_fails_in_the_function_exits_with_status_1(
    project: ProjectCopy, deployed: CommandResult, command: tuple[str, ...]
) -> None:
    result = project.zappa(*command)
    assert result.code == 1
    assert "no_such" in result.output


def test_tail_shows_the_log(project: ProjectCopy, deployed: CommandResult) -> None:
    result = project.zappa("tail", "dev", "--since", "1h", "--disable-keep-open")
    assert result.code == 0
    assert "Runtime Version: python:3.13" in result.output


def test_deploying_a_second_time_is_refused(project: ProjectCopy, deployed: CommandResult) -> None:
    result = project.zappa("deploy", "dev")
    assert result.code == 1
    assert "already deployed" in result.output


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("rollback", "dev"), "cannot be rolled back by 1: 1 of the 2 versions needed exist"),
        (("rollback", "dev", "-n", "2"), "cannot be rolled back by 2: 1 of the 3 versions needed exist"),
        (("undeploy", "dev"), "zappa undeploy dev asks for confirmation, but there is no terminal: add --yes."),
        (("certify", "dev"), "zappa certify dev asks for confirmation, but there is no terminal: add --yes."),
    ],
)
def test_a_command_that_would_end_in_a_traceback_is_refused_with_what_to_type(
    aws: AwsAccount, project: ProjectCopy, deployed: CommandResult, command: tuple[str, ...], reason: str
) -> None:
    before = describe_deployment(aws)
    result = project.zappa(*command)
    assert result.code == 1
    assert_one_line_error(result.output, reason)
    assert describe_deployment(aws) == before


def test_update_for_another_architecture_is_refused(project: ProjectCopy, deployed: CommandResult) -> None:
    [other] = {"arm64", "x86_64"} - {local_architecture()}
    result = project.zappa("update", "dev", LAMBDA_ARCHITECTURE=other)
    assert result.code == 1
    assert f"{FUNCTION_NAME} runs on {local_architecture()}, but this package would be for {other}" in result.output


BAD_LINES = {
    f"EMAIL_URL={BAD_MAIL_SERVER}\nSECRET": "EMAIL_URL comes from .env.dev.",
    '"THROTTLE_LOGIN": "20/minutes", "INSTANTIATE': "THROTTLE_LOGIN is '20/minutes'; set it to COUNT/PERIOD",
    '"SESSION_DAYS": 3, "INSTANTIATE': "SESSION_DAYS in zappa_settings.json is 3; write a text in quotes.",
}


@pytest.mark.parametrize(("line", "reason"), BAD_LINES.items(), ids=["EMAIL_URL", "THROTTLE_LOGIN", "number"])
def test_update_with_a_bad_setting_is_refused_before_anything_is_uploaded(
    aws: AwsAccount, project: ProjectCopy, url: str, line: str, reason: str
) -> None:
    file, old = (".env.dev", "SECRET") if line.startswith("EMAIL_URL") else ("zappa_settings.json", '"INSTANTIATE')
    before, requests = describe_deployment(aws), len(aws.functions.requests)
    project.replace(file, old, line)
    result = project.zappa("update", "dev")
    project.replace(file, line, old)
    assert result.code == 1
    assert_one_line_error(result.output, reason)
    assert (describe_deployment(aws), len(aws.functions.requests)) == (before, requests)
    with aws.session() as http:
        assert http.get(f"{url}/health/").status_code == 200


def assert_one_line_error(output: str, reason: str) -> None:
    """Check that the output ends with one line, which has the reason, and that it shows no password."""
    last_line = output.splitlines()[-1]
    assert last_line.startswith("Error: ")
    assert reason in last_line
    assert "Traceback" not in output
    assert "BPo" not in output


def test_a_bad_setting_of_the_deployed_function_is_refused_until_it_is_deleted(
    aws: AwsAccount, project: ProjectCopy, configuration: Any
) -> None:
    functions, variables = aws.client("lambda"), configuration["Environment"]["Variables"]
    for name, value in {"EMAIL_URL": BAD_MAIL_SERVER, "THROTTLE_LOGIN": "20/minutes"}.items():
        bad = {"Variables": variables | {name: value}}
        functions.update_function_configuration(FunctionName=FUNCTION_NAME, Environment=bad)
        result = project.zappa("update", "dev")
        assert_one_line_error(result.output, f"{name} comes from the deployed function, which keeps it: set another")
        assert "delete it in the Lambda console" in result.output
    # Deleting it, as the error says; the next test updates the function.
    functions.update_function_configuration(FunctionName=FUNCTION_NAME, Environment={"Variables": variables})


def test_update_deploys_new_code_and_variables(
    aws: AwsAccount, project: ProjectCopy, url: str, configuration: Any, deployed_package: Path, rounds: Rounds
) -> None:
    project.replace("zappa_settings.json", '"INSTANTIATE', '"SESSION_DAYS": "3", "INSTANTIATE')
    if rounds(0, 1):
        project.replace(VERSION_FILE, *VERSIONS)
        result = project.zappa("update", "dev")
    else:  # Building is slow, and `deploy` has tested it.
        result = project.zappa("update", "dev", "--zip", str(write_next_version(deployed_package)))
    assert result.code == 0, result.output
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == VERSIONS[1]
    now = aws.client("lambda").get_function_configuration(FunctionName=FUNCTION_NAME)["Environment"]["Variables"]
    assert now == configuration["Environment"]["Variables"] | {"SESSION_DAYS": "3"}


def write_next_version(package: Path) -> Path:
    """Write a copy of a package with the next version."""
    changed = package.with_name("changed.zip")
    with ZipFile(package) as source, ZipFile(changed, "w", ZIP_DEFLATED, compresslevel=1) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == VERSION_FILE:
                content = content.decode().replace(*VERSIONS).encode()
            if info.filename != VERSION_BYTECODE:  # Python would use it instead of the changed source.
                target.writestr(info, content, ZIP_DEFLATED, 1)
    return changed


def test_update_can_upload_an_existing_package_and_without_the_stages_file_keeps_the_deployed_key(
    aws: AwsAccount, project: ProjectCopy, url: str, deployed_package: Path, configuration: Any
) -> None:
    before, file = list_resources(aws), project.directory / ".env.dev"
    file.rename(project.directory / "elsewhere")
    result = project.zappa("update", "dev", "--zip", str(deployed_package))
    assert (result.code, url in result.output, file.exists()) == (0, True, False), result.output
    (project.directory / "elsewhere").rename(file)
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == "0.1.0"
    now = aws.client("lambda").get_function_configuration(FunctionName=FUNCTION_NAME)["Environment"]["Variables"]
    assert now["SECRET_KEY"] == configuration["Environment"]["Variables"]["SECRET_KEY"]
    assert list_resources(aws) == before


def test_rollback_restores_the_code_before_the_last_update(aws: AwsAccount, project: ProjectCopy, url: str) -> None:
    result = project.zappa("rollback", "dev", "-n", "1")
    assert result.code == 0, result.output
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == "9.9.9"


def test_the_log_contains_no_secrets(aws: AwsAccount, url: str, configuration: Any) -> None:
    with aws.session() as http:
        http.post(f"{url}/auth/login/?password={ADA['password']}", data=json.dumps(ADA)[:-1])
        token = http.post(f"{url}/auth/signup/", json=ADA | {"email": "eve@example.com"}).json()["token"]
        assert http.get(f"{url}/todos/", headers={"Authorization": f"JWT {token}"}).status_code == 200
    log = "\n".join(event["message"] for event in read_log_events(aws))
    secret = [ADA["password"], "correct%20horse", token, configuration["Environment"]["Variables"]["SECRET_KEY"]]
    assert "START RequestId" in log
    assert [text for text in [*secret, "eyJ"] if text in log] == []


def read_log_events(aws: AwsAccount) -> Iterator[Any]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{FUNCTION_NAME}")
    return (event for page in pages for event in page["events"])


def test_undeploy_leaves_only_the_role_the_log_and_an_empty_bucket(
    aws: AwsAccount, project: ProjectCopy, deployed: CommandResult
) -> None:
    result = project.zappa("undeploy", "dev", "-y")
    assert result.code == 0, result.output
    left = list_resources(aws)  # On AWS the API is removed with the stack; moto keeps it.
    [bucket] = left["buckets"]
    assert left == {"roles": [ROLE_NAME], "buckets": [bucket], "logs": [f"/aws/lambda/{FUNCTION_NAME}"]}
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket=bucket)


def test_no_command_leaves_a_file_in_the_project(project: ProjectCopy, deployed: CommandResult) -> None:
    assert project.list_files() - project.original_files == {project.directory / ".env.dev"}
