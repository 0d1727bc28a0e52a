"""The resources that `zappa deploy dev` creates. pytest runs this before test_zappa_commands, which removes them."""

import json
import re
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="moto, which emulates AWS, is in requirements-dev.txt")

from deploy.package import local_architecture
from deploy.stages import read_stage_settings
from testing.aws import FUNCTION_NAME, ROLE_NAME
from testing.aws.account import AwsAccount
from testing.aws.project import ProjectCopy
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python


def test_the_function_has_the_configuration_of_its_settings(configuration: Any) -> None:
    expected = {
        "Runtime": "python3.13",
        "Architectures": [local_architecture()],
        "MemorySize": 1024,
        "Timeout": 29,
        "Handler": "todoproject.serving.lambda_handler.handler",
        "Role": f"arn:aws:iam::123456789012:role/{ROLE_NAME}",
    }
    assert {name: configuration[name] for name in expected} == expected


def test_resources_have_the_projects_tag(aws: AwsAccount, configuration: Any) -> None:
    assert aws.client("lambda").list_tags(Resource=configuration["FunctionArn"])["Tags"] == {"project": "todo-api"}
    [stack] = aws.client("cloudformation").describe_stacks(StackName=FUNCTION_NAME)["Stacks"]
    assert {"Key": "project", "Value": "todo-api"} in stack["Tags"]


def test_the_secret_key_is_stored_in_the_stages_file_and_passed_to_the_function(
    project: ProjectCopy, configuration: Any
) -> None:
    file = project.directory / ".env.dev"
    assert file.stat().st_mode & 0o777 == 0o600
    key = configuration["Environment"]["Variables"]["SECRET_KEY"]
    assert file.read_text() == f"SECRET_KEY={key}\n"
    assert len(key) >= 50


def test_the_package_contains_no_secret_and_only_the_application(deployed_package: Path, configuration: Any) -> None:
    key = configuration["Environment"]["Variables"]["SECRET_KEY"].encode()
    with zipfile.ZipFile(deployed_package) as package:
        names = package.namelist()
        assert [name for name in names if key in package.read(name)] == []
    unwanted = re.compile(r"\.env|\.secret_key|zappa_settings\.json|(deploy|boto3|botocore|pip|pytest|moto)/|.*/tests/")
    assert [name for name in names if unwanted.match(name)] == []


def test_the_role_may_only_write_its_log_and_call_this_function(
    aws: AwsAccount, project: ProjectCopy, configuration: Any
) -> None:
    iam = aws.client("iam")
    assert iam.list_attached_role_policies(RoleName=ROLE_NAME)["AttachedPolicies"] == []
    [name] = iam.list_role_policies(RoleName=ROLE_NAME)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=ROLE_NAME, PolicyName=name)["PolicyDocument"]
    file = (project.directory / "deploy" / "function_policy.json").read_text()
    assert policy == json.loads(file.replace("FUNCTION", FUNCTION_NAME))
    logs, call = policy["Statement"]
    arn, other = configuration["FunctionArn"], configuration["FunctionArn"].replace("-dev", "-production")
    for function, allowed in ((arn, True), (f"{arn}:7", True), (other, False)):
        assert any(fnmatch(function, pattern) for pattern in call["Resource"]) is allowed
    group = f"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/{FUNCTION_NAME}:log-stream:x"
    assert fnmatch(group, logs["Resource"])
    assert {action.split(":")[0] for action in [*logs["Action"], call["Action"]]} == {"logs", "lambda"}


def test_the_api_is_regional_and_calls_the_function_with_its_role(aws: AwsAccount, configuration: Any) -> None:
    template = aws.client("cloudformation").get_template(StackName=FUNCTION_NAME)["TemplateBody"]
    resources = (template if isinstance(template, dict) else json.loads(template))["Resources"]
    assert resources["Api"]["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    methods = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::ApiGateway::Method"]
    assert [method["HttpMethod"] for method in methods] == ["ANY", "ANY"]
    assert {method["Integration"]["Credentials"] for method in methods} == {configuration["Role"]}
    assert {method["Integration"]["Type"] for method in methods} == {"AWS_PROXY"}


def test_the_api_has_one_stage_and_a_binary_media_type(aws: AwsAccount, url: str) -> None:
    gateway = aws.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    [stage] = gateway.get_stages(restApiId=api["id"])["item"]
    assert url == f"https://{api['id']}.execute-api.eu-central-1.amazonaws.com/{stage['stageName']}"
    assert len(api["binaryMediaTypes"]) == 1  # moto records only the number of types.


def test_the_event_of_the_schedule_runs_without_an_error(aws: AwsAccount, configuration: Any) -> None:
    events = aws.client("events")
    [rule] = events.list_rules()["Rules"]
    assert [rule["ScheduleExpression"]] == [event["expression"] for event in read_stage_settings("dev")["events"]]
    [target] = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == configuration["FunctionArn"]
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": [rule["Arn"]], "kwargs": {}}
    result = aws.client("lambda").invoke(FunctionName=FUNCTION_NAME, Payload=json.dumps(event))
    assert "FunctionError" not in result, result["Payload"].read()
