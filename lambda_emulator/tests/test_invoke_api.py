"""Lambda's own API on this machine: who is called, when it is answered, what is refused, and how it ends."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from deploy.bytecode import target_python
from lambda_emulator.function import Function, Invocation
from lambda_emulator.invoke_api import ARN
from lambda_emulator.runtime import VERSION

pytestmark = pytest.mark.skipif(target_python(VERSION) is None, reason=f"Lambda's Python {VERSION} is not installed.")

# A function that does what its event says, or nothing.
SOURCE = """
import os, time

def handler(event, context):
    return globals()[event["do"]](*event.get("with", [])) if "do" in event else event

def call_itself(event):
    import boto3
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    answer = boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=event)
    print("the first call got", answer["StatusCode"], answer["Payload"].read())

def say(text):
    print(text)

def nap(seconds):
    time.sleep(seconds)

def fail(text):
    raise ValueError(text)

def endpoint():
    return os.environ["AWS_ENDPOINT_URL_LAMBDA"]
"""


class Noting(Function):
    """A function that notes its calls, as a subclass may."""

    def invoke(self, event: Any) -> Invocation:
        result = super().invoke(event)
        noted.append(event)
        return result


noted: list[Any] = []


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive, code = tmp_path_factory.mktemp("package") / "package.zip", ZipInfo("code_of_test.py")
    code.external_attr = 0o644 << 16
    with ZipFile(archive, "w") as package:
        package.writestr(code, SOURCE)
    return archive


def made(package: Path, **environment: str) -> Function:
    return Noting(package, environment=environment, handler="code_of_test.handler", instances=1)


@pytest.fixture(scope="module")
def function(package: Path) -> Iterator[Function]:
    """A function of one instance, so that its calls come one after the other."""
    with made(package) as function:
        yield function


@pytest.fixture(scope="module")
def client(function: Function) -> Any:
    return client_of(function)


def client_of(function: Function) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=function.api.url,
        region_name="us-east-1",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
        config=Config(retries={"total_max_attempts": 1}),
    )


def call(client: Any, what: str, *values: Any, kind: str = "RequestResponse", name: str = "todo-api-dev") -> Any:
    event = json.dumps({"do": what, "with": values})
    return client.invoke(FunctionName=name, InvocationType=kind, Payload=event)


def eventually(true: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 15
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


# Asynchronous calls


def test_a_function_that_calls_itself_asynchronously_is_answered_before_that_call_runs(function: Function) -> None:
    function.invoke({"do": "call_itself", "with": [json.dumps({"do": "say", "with": ["the second call ran"]})]})
    assert eventually(lambda: "the second call ran" in function.log.read_text())
    first, second = function.log.read_text().split("the second call ran")[0].split("END RequestId", 1)
    assert "the first call got 202 b''" in first
    assert "START RequestId" in second


def test_asynchronous_calls_run_in_their_order(client: Any, function: Function) -> None:
    for text in ("one", "two", "three"):
        assert call(client, "say", text, kind="Event")["StatusCode"] == 202
    assert eventually(lambda: "\nthree\n" in function.log.read_text())
    log = function.log.read_text()
    assert log.index("\none\n") < log.index("\ntwo\n") < log.index("\nthree\n")


def test_what_an_asynchronous_call_raises_is_in_the_log(client: Any, function: Function) -> None:
    assert call(client, "fail", "nobody hears", kind="Event")["StatusCode"] == 202
    assert eventually(lambda: "[ERROR] ValueError: nobody hears" in function.log.read_text())


def test_a_subclass_is_asked_for_every_call(client: Any) -> None:
    events = [{"do": "say", "with": [text]} for text in ("noted at once", "noted later")]
    call(client, "say", "noted at once")
    call(client, "say", "noted later", kind="Event")
    assert eventually(lambda: noted[-2:] == events)


# Other calls


def test_a_synchronous_call_returns_its_answer(client: Any) -> None:
    answer = client.invoke(FunctionName="todo-api-dev", Payload=json.dumps({"a": "ü"}))
    assert (answer["StatusCode"], json.load(answer["Payload"]), answer.get("FunctionError")) == (200, {"a": "ü"}, None)


def test_a_synchronous_call_tells_of_an_error(client: Any) -> None:
    answer = call(client, "fail", "no luck")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.load(answer["Payload"])["errorType"] == "ValueError"


def test_a_dry_run_calls_nothing(client: Any) -> None:
    before = len(noted)
    assert call(client, "say", "dry", kind="DryRun")["StatusCode"] == 204
    assert len(noted) == before


def test_no_event_is_an_empty_one(client: Any) -> None:
    assert json.load(client.invoke(FunctionName="todo-api-dev")["Payload"]) == {}


def test_the_functions_own_variable_goes_before_the_address_of_this_api(package: Path) -> None:
    with made(package, AWS_ENDPOINT_URL_LAMBDA="https://example.com") as function:
        assert json.loads(function.invoke({"do": "endpoint"}).payload) == "https://example.com"


# What is called, and what is refused


@pytest.mark.parametrize("name", ["todo-api-dev:$LATEST", f"{ARN}todo-api-dev", f"{ARN}todo-api-dev:$LATEST"])
def test_a_function_has_several_names(client: Any, name: str) -> None:
    assert call(client, "say", "x", kind="DryRun", name=name)["StatusCode"] == 204


@pytest.mark.parametrize("name", ["other", "todo-api-dev:1", f"{ARN}other"])
def test_another_function_is_not_found(client: Any, name: str) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        call(client, "say", "x", name=name)
    assert refused.value.response["Error"]["Message"] == f"Function not found: {ARN}{name.removeprefix(ARN)}"
    assert refused.value.response["Type"] == "User"


def test_a_qualifier_is_part_of_the_name(client: Any) -> None:
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
@pytest.mark.parametrize("kind", ["Event", "RequestResponse", "DryRun"])
def test_an_event_is_json(client: Any, kind: str, event: str | bytes) -> None:
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName="todo-api-dev", InvocationType=kind, Payload=event)


def test_an_unknown_kind_of_call_is_refused(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidParameterValueException):
        call(client, "say", "x", kind="Later")


def test_nothing_else_of_lambdas_api_is_here(client: Any) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.tag_resource(Resource=f"{ARN}todo-api-dev", Tags={})


# Its end


def test_closing_drops_the_calls_that_wait_and_ends_the_others(
    package: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = set(threading.enumerate())
    function = made(package)
    client = client_of(function)
    for _ in range(3):
        call(client, "nap", 20, kind="Event")
    assert eventually(lambda: [instance for instance in function.all if instance.init_seconds])
    begin = time.monotonic()
    function.close()
    assert time.monotonic() - begin < 5
    assert eventually(lambda: set(threading.enumerate()) <= before)
    assert capfd.readouterr() == ("", "")


def test_closing_does_not_wait_for_a_silent_client(package: Path) -> None:
    with made(package) as function:
        silent = HTTPConnection(urlsplit(function.api.url).netloc, timeout=5)
        silent.connect()
    silent.close()
    with pytest.raises(ConnectionRefusedError):
        silent.connect()


def test_a_closed_function_is_called_no_more(package: Path) -> None:
    with made(package) as function:
        pass
    for kind in ("Event", "RequestResponse"):
        reply = function.api.reply("todo-api-dev", kind, b"{}")
        assert (reply.status, reply.headers["X-Amzn-ErrorType"]) == (500, "ServiceException")
