"""The life of a deployment, by Zappa's own commands; each test goes on where the one before it ended."""

import json
import re
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="what plays AWS is in requirements-dev.txt")

from deploy.bytecode import target_python
from deploy.stages import stage_settings
from lambda_emulator.runtime import VERSION
from testing.aws import Aws, Project, Ran
from testing.package import ARCHITECTURE

pytestmark = pytest.mark.skipif(target_python(VERSION) is None, reason=f"Lambda's Python {VERSION} is not installed.")
NAME = "todo-api-dev"
ROLE = f"{NAME}-ZappaLambdaExecutionRole"
ADA = {"email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with Aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(scope="module")
def project(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(aws, tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def deployed(project: Project) -> Ran:
    return project.zappa("deploy", "dev")


@pytest.fixture(scope="module")
def url(deployed: Ran) -> str:
    [url] = re.findall(r"https://\S+", deployed.output)
    return url


@pytest.fixture(scope="module")
def configuration(aws: Aws, deployed: Ran) -> Any:
    return aws.client("lambda").get_function_configuration(FunctionName=NAME)


@pytest.fixture(scope="module")
def kept(aws: Aws, deployed: Ran, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it was deployed first."""
    package = tmp_path_factory.mktemp("kept") / "package.zip"
    package.write_bytes(aws.held(NAME).code_bytes)
    return package


def existing(aws: Aws) -> dict[str, list[str]]:
    """Return the names of all that is in the account, by kind; what there is none of is left out."""
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    names = {
        "roles": [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]],
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "functions": [function["FunctionName"] for function in aws.client("lambda").list_functions()["Functions"]],
        "rules": [rule["Name"] for rule in aws.client("events").list_rules()["Rules"]],
        "stacks": [stack["StackName"] for stack in stacks],
        "logs": [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]],
    }
    return {kind: found for kind, found in names.items() if found}


def replace(project: Project, name: str, old: str, new: str) -> None:
    file = project.directory / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL"])
def test_production_without_a_secret_stops_before_anything_is_made(aws: Aws, project: Project, missing: str) -> None:
    given = {"SECRET_KEY": "k" + "0123456789" * 6, "DATABASE_URL": "postgresql://u:p@db.example.com/todo"}
    del given[missing]
    ran = project.zappa("deploy", "production", **given)
    assert ran.code == 1
    assert f"{missing} is missing" in ran.output
    assert ".env.production" in ran.output
    assert existing(aws) == {}


def test_mail_without_a_public_url_stops_before_anything_is_made(aws: Aws, project: Project) -> None:
    given = {"SECRET_KEY": "k" + "0123456789" * 6, "DATABASE_URL": "postgresql://u:p@db.example.com/todo"}
    ran = project.zappa("deploy", "production", EMAIL_URL="smtp+tls://ada:hidden@mail.example.com:587", **given)
    assert ran.code == 1
    assert "EMAIL_URL is set, but not PUBLIC_URL" in ran.output
    assert "hidden" not in ran.output
    assert existing(aws) == {}


def test_a_failed_build_says_why_and_makes_no_function(aws: Aws, project: Project) -> None:
    with (project.directory / "requirements-lambda.txt").open("a") as requirements:
        requirements.write("docopt\n")  # There is no wheel of it.
    ran = project.zappa("deploy", "dev")
    replace(project, "requirements-lambda.txt", "docopt\n", "")
    assert ran.code == 1
    assert "No matching distribution found for docopt" in ran.output
    assert existing(aws) == {"roles": [ROLE]}  # Zappa makes it before it builds, and takes it next time.
    assert project.files() - project.copied == {project.directory / ".env.dev"}


def test_deploy_ends_well_once_the_package_has_answered(aws: Aws, deployed: Ran) -> None:
    assert deployed.code == 0, deployed.output
    assert "Deployment complete!" in deployed.output
    assert aws.functions.answered[0] == ("/health/", 200)


def test_the_function_is_made_as_the_settings_say(configuration: Any) -> None:
    expected = {
        "Runtime": "python3.13",
        "Architectures": [ARCHITECTURE],
        "MemorySize": 1024,
        "Timeout": 29,
        "Handler": "todoproject.serving.lambda_handler.handler",
        "Role": f"arn:aws:iam::123456789012:role/{ROLE}",
    }
    assert {name: configuration[name] for name in expected} == expected


def test_what_is_made_has_the_projects_tag(aws: Aws, configuration: Any) -> None:
    assert aws.client("lambda").list_tags(Resource=configuration["FunctionArn"])["Tags"] == {"project": "todo-api"}
    [stack] = aws.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    assert {"Key": "project", "Value": "todo-api"} in stack["Tags"]


def test_the_key_is_kept_for_the_deployer_and_given_to_the_function(project: Project, configuration: Any) -> None:
    kept = project.directory / ".env.dev"
    assert kept.stat().st_mode & 0o777 == 0o600
    key = configuration["Environment"]["Variables"]["SECRET_KEY"]
    assert kept.read_text() == f"SECRET_KEY={key}\n"
    assert len(key) >= 50


def test_the_package_has_no_secret_and_nothing_but_the_application(kept: Path, configuration: Any) -> None:
    key = configuration["Environment"]["Variables"]["SECRET_KEY"].encode()
    with zipfile.ZipFile(kept) as package:
        names = package.namelist()
        assert [name for name in names if key in package.read(name)] == []
    unwanted = re.compile(r"\.env|\.secret_key|zappa_settings\.json|(deploy|boto3|botocore|pip|pytest|moto)/|.*/tests/")
    assert [name for name in names if unwanted.match(name)] == []


def test_the_role_may_write_its_log_and_call_this_function(aws: Aws, project: Project, configuration: Any) -> None:
    iam = aws.client("iam")
    assert iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"] == []
    [name] = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"]
    file = (project.directory / "deploy" / "function_policy.json").read_text()
    assert policy == json.loads(file.replace("FUNCTION", NAME))
    logs, call = policy["Statement"]
    arn, other = configuration["FunctionArn"], configuration["FunctionArn"].replace("-dev", "-production")
    for function, allowed in ((arn, True), (f"{arn}:7", True), (other, False)):
        assert any(fnmatch(function, pattern) for pattern in call["Resource"]) is allowed
    group = f"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/{NAME}:log-stream:x"
    assert fnmatch(group, logs["Resource"])
    assert {action.split(":")[0] for action in [*logs["Action"], call["Action"]]} == {"logs", "lambda"}


def test_the_api_is_regional_and_calls_the_function_by_the_role(aws: Aws, configuration: Any) -> None:
    template = aws.client("cloudformation").get_template(StackName=NAME)["TemplateBody"]
    resources = (template if isinstance(template, dict) else json.loads(template))["Resources"]
    assert resources["Api"]["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    methods = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::ApiGateway::Method"]
    assert [method["HttpMethod"] for method in methods] == ["ANY", "ANY"]
    assert {method["Integration"]["Credentials"] for method in methods} == {configuration["Role"]}
    assert {method["Integration"]["Type"] for method in methods} == {"AWS_PROXY"}


def test_the_api_has_one_stage_and_passes_on_bytes(aws: Aws, url: str) -> None:
    gateway = aws.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    [stage] = gateway.get_stages(restApiId=api["id"])["item"]
    assert url == f"https://{api['id']}.execute-api.eu-central-1.amazonaws.com/{stage['stageName']}"
    assert len(api["binaryMediaTypes"]) == 1  # moto keeps that a type was added, and forgets which.


def test_the_schedule_names_what_the_function_runs(aws: Aws, configuration: Any) -> None:
    events = aws.client("events")
    [rule] = events.list_rules()["Rules"]
    assert [rule["ScheduleExpression"]] == [event["expression"] for event in stage_settings("dev")["events"]]
    [target] = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == configuration["FunctionArn"]
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": [rule["Arn"]], "kwargs": {}}
    ran = aws.client("lambda").invoke(FunctionName=NAME, Payload=json.dumps(event))
    assert "FunctionError" not in ran, ran["Payload"].read()


def test_the_api_answers_over_https_below_its_stage(aws: Aws, url: str) -> None:
    with aws.session() as http:
        assert http.post(f"{url}/auth/signup/", json=ADA).ok
        token = http.post(f"{url}/auth/login", json=ADA).json()["token"]
        http.headers["Authorization"] = f"JWT {token}"
        made = http.post(f"{url}/todos/", json={"title": "Buy milk"})
        assert (made.status_code, made.headers["Location"]) == (201, f"{url}/todos/{made.json()['id']}/")
        assert http.get(made.headers["Location"]).json() == made.json()
        assert http.get(f"{url}/todos").json() == [made.json()]
        assert http.get(f"{url}/").json()["docs"] == f"{url}/docs/"


def test_pages_and_their_assets_are_served_below_the_stage(aws: Aws, url: str) -> None:
    with aws.session() as http:
        page = http.get(f"{url}/", headers={"Accept": "text/html"})
        [*assets] = re.findall(r'(?:href|src)="(/[^"]*/static/[^"]+)"', page.text)
        assert assets
        for asset in assets:
            assert http.get(url.removesuffix("/dev") + asset).status_code == 200, asset


def test_nothing_else_is_reachable(aws: Aws) -> None:
    with aws.session() as http, pytest.raises(OSError, match="Nothing leaves this machine"):
        http.get("https://0123456789.execute-api.eu-central-1.amazonaws.com/dev/")


def test_status_tells_where_it_is(project: Project, url: str) -> None:
    ran = project.zappa("status", "dev")
    assert ran.code == 0
    assert url in ran.output


def test_management_commands_run_in_the_function(project: Project, deployed: Ran) -> None:
    ran = project.zappa("manage", "dev", "showmigrations todos")
    assert (ran.code, "[X] 0001_initial" in ran.output) == (0, True), ran.output
    ran = project.zappa("manage", "dev", "migrate")
    assert (ran.code, "ERROR" in ran.output) == (0, False), ran.output


@pytest.mark.parametrize("command", [("manage", "dev", "no_such"), ("invoke", "dev", "todoproject.no_such")])
def test_a_command_that_fails_there_fails_here(project: Project, deployed: Ran, command: tuple[str, ...]) -> None:
    ran = project.zappa(*command)
    assert ran.code == 1
    assert "no_such" in ran.output


def test_tail_shows_the_log(project: Project, deployed: Ran) -> None:
    ran = project.zappa("tail", "dev", "--since", "1h", "--disable-keep-open")
    assert ran.code == 0
    assert "Runtime Version: python:3.13" in ran.output


def test_what_is_deployed_is_updated_and_not_deployed_again(project: Project, deployed: Ran) -> None:
    ran = project.zappa("deploy", "dev")
    assert ran.code == 1
    assert "already deployed" in ran.output


def test_update_for_another_architecture_is_refused(project: Project, deployed: Ran) -> None:
    [other] = {"arm64", "x86_64"} - {ARCHITECTURE}
    ran = project.zappa("update", "dev", LAMBDA_ARCHITECTURE=other)
    assert ran.code == 1
    assert f"{NAME} runs on {ARCHITECTURE}, and this would be a package for {other}" in ran.output


def test_update_brings_code_and_variables(aws: Aws, project: Project, url: str, configuration: Any) -> None:
    replace(project, "todoproject/__init__.py", "0.1.0", "9.9.9")
    replace(project, "zappa_settings.json", '"INSTANTIATE', '"SESSION_DAYS": "3", "INSTANTIATE')
    ran = project.zappa("update", "dev")
    assert ran.code == 0, ran.output
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == "9.9.9"
    now = aws.client("lambda").get_function_configuration(FunctionName=NAME)["Environment"]["Variables"]
    assert now == configuration["Environment"]["Variables"] | {"SESSION_DAYS": "3"}


def test_update_takes_a_kept_package_and_without_the_stages_file_keeps_the_key_that_is_deployed(
    aws: Aws, project: Project, url: str, kept: Path, configuration: Any
) -> None:
    before, file = existing(aws), project.directory / ".env.dev"
    file.rename(project.directory / "elsewhere")
    ran = project.zappa("update", "dev", "--zip", str(kept))
    assert (ran.code, url in ran.output, file.exists()) == (0, True, False), ran.output
    (project.directory / "elsewhere").rename(file)
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == "0.1.0"
    now = aws.client("lambda").get_function_configuration(FunctionName=NAME)["Environment"]["Variables"]
    assert now["SECRET_KEY"] == configuration["Environment"]["Variables"]["SECRET_KEY"]
    assert existing(aws) == before


def test_rollback_brings_the_code_before_the_last_update(aws: Aws, project: Project, url: str) -> None:
    ran = project.zappa("rollback", "dev", "-n", "1")
    assert ran.code == 0, ran.output
    with aws.session() as http:
        assert http.get(f"{url}/health/").json()["version"] == "9.9.9"


def test_the_log_tells_no_secrets(aws: Aws, url: str, configuration: Any) -> None:
    with aws.session() as http:
        http.post(f"{url}/auth/login/?password={ADA['password']}", data=json.dumps(ADA)[:-1])
        token = http.post(f"{url}/auth/signup/", json=ADA | {"email": "eve@example.com"}).json()["token"]
        assert http.get(f"{url}/todos/", headers={"Authorization": f"JWT {token}"}).status_code == 200
    log = "\n".join(event["message"] for event in messages(aws))
    secret = [ADA["password"], "correct%20horse", token, configuration["Environment"]["Variables"]["SECRET_KEY"]]
    assert "START RequestId" in log
    assert [text for text in [*secret, "eyJ"] if text in log] == []


def messages(aws: Aws) -> Iterator[Any]:
    pages = aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{NAME}")
    return (event for page in pages for event in page["events"])


def test_undeploy_leaves_the_role_the_log_and_an_empty_bucket(aws: Aws, project: Project, deployed: Ran) -> None:
    ran = project.zappa("undeploy", "dev", "-y")
    assert ran.code == 0, ran.output
    left = existing(aws)  # The API goes with the stack on AWS; moto keeps it.
    [bucket] = left["buckets"]
    assert left == {"roles": [ROLE], "buckets": [bucket], "logs": [f"/aws/lambda/{NAME}"]}
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket=bucket)


def test_no_command_leaves_a_file_in_the_project(project: Project, deployed: Ran) -> None:
    assert project.files() - project.copied == {project.directory / ".env.dev"}
