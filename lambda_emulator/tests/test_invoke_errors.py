"""The Invoke API: function names, size limits and refused calls."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.invoke_api import FUNCTION_ARN_PREFIX
from testing.lambda_client import create_client, invoke_action
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python


@pytest.fixture(scope="module")
def client(function: EmulatedFunction) -> Any:
    return create_client(function)


@pytest.mark.parametrize(
    "name", ["todo-api-dev:$LATEST", f"{FUNCTION_ARN_PREFIX}todo-api-dev", f"{FUNCTION_ARN_PREFIX}todo-api-dev:$LATEST"]
)
def test_a_function_can_be_called_by_its_name_or_arn_with_or_without_version(client: Any, name: str) -> None:
    assert invoke_action(client, "print_text", "x", invocation_type="DryRun", name=name)["StatusCode"] == 204


@pytest.mark.parametrize("name", ["other", "todo-api-dev:1", f"{FUNCTION_ARN_PREFIX}other"])
def test_another_functions_name_is_not_found(client: Any, name: str) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException) as error:
        invoke_action(client, "print_text", "x", name=name)
    arn = FUNCTION_ARN_PREFIX + name.removeprefix(FUNCTION_ARN_PREFIX)
    assert error.value.response["Error"]["Message"] == f"Function not found: {arn}"
    assert error.value.response["Type"] == "User"


def test_a_qualifier_names_the_version(client: Any) -> None:
    assert client.invoke(FunctionName="todo-api-dev", Qualifier="$LATEST")["StatusCode"] == 200
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="todo-api-dev", Qualifier="live")


def test_an_asynchronous_event_has_a_limit_of_256_kilobytes(client: Any) -> None:
    event = json.dumps("x" * 262_142)
    with pytest.raises(client.exceptions.RequestTooLargeException, match=r"262145 byte .* \(limit 262144 bytes\)"):
        client.invoke(FunctionName="todo-api-dev", InvocationType="Event", Payload=event + " ")
    assert client.invoke(FunctionName="todo-api-dev", InvocationType="Event", Payload=event)["StatusCode"] == 202
    assert client.invoke(FunctionName="todo-api-dev", Payload=event + " ")["StatusCode"] == 200


@pytest.mark.parametrize("event", ["{", b"\xff", "[" * 100_000])
@pytest.mark.parametrize("invocation_type", ["Event", "RequestResponse", "DryRun"])
def test_an_event_that_is_not_json_is_refused(client: Any, invocation_type: str, event: str | bytes) -> None:
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName="todo-api-dev", InvocationType=invocation_type, Payload=event)


def test_an_unknown_invocation_type_is_refused(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        invoke_action(client, "print_text", "x", invocation_type="Later")


def test_another_operation_of_lambdas_api_is_refused(client: Any) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.tag_resource(Resource=f"{FUNCTION_ARN_PREFIX}todo-api-dev", Tags={})
