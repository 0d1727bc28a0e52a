"""The Invoke API: synchronous and asynchronous calls, errors, and closing."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.invoke_api import InvocationResult
from testing.lambda_client import create_client, invoke_action
from testing.probe_function import needs_lambda_python, probe_function, run_action

pytestmark = needs_lambda_python


class RecordingFunction(EmulatedFunction):
    """A function that records its calls once they have ended."""

    def invoke(self, event: Any) -> InvocationResult:
        result = super().invoke(event)
        recorded_events.append(event)
        return result


recorded_events: list[Any] = []


@pytest.fixture(scope="module")
def function(probe_package: Path) -> Iterator[EmulatedFunction]:
    """A function with one instance, so that its calls run one after another."""
    with probe_function(probe_package, RecordingFunction, max_instances=1) as function:
        yield function


@pytest.fixture(scope="module")
def client(function: EmulatedFunction) -> Any:
    return create_client(function)


def becomes_true(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 15
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_a_function_that_calls_itself_asynchronously_gets_its_response_before_that_call_runs(
    function: EmulatedFunction,
) -> None:
    function.invoke({"do": "call_itself", "with": [json.dumps({"do": "print_text", "with": ["the second call ran"]})]})
    assert becomes_true(lambda: "the second call ran" in function.log.read_text())
    first, second = function.log.read_text().split("the second call ran")[0].split("END RequestId", 1)
    assert "the first call got 202 b''" in first
    assert "START RequestId" in second


def test_asynchronous_calls_run_in_the_order_of_their_requests(client: Any, function: EmulatedFunction) -> None:
    for text in ("one", "two", "three"):
        assert invoke_action(client, "print_text", text, invocation_type="Event")["StatusCode"] == 202
    assert becomes_true(lambda: "\nthree\n" in function.log.read_text())
    log = function.log.read_text()
    assert log.index("\none\n") < log.index("\ntwo\n") < log.index("\nthree\n")


def test_the_error_of_an_asynchronous_call_is_logged(client: Any, function: EmulatedFunction) -> None:
    assert invoke_action(client, "fail", "lost", invocation_type="Event")["StatusCode"] == 202
    assert becomes_true(lambda: "[ERROR] ValueError: lost" in function.log.read_text())


def test_a_subclass_can_override_invoke_for_every_call(client: Any) -> None:
    events = [{"do": "print_text", "with": [text]} for text in ("at once", "later")]
    invoke_action(client, "print_text", "at once")
    invoke_action(client, "print_text", "later", invocation_type="Event")
    assert becomes_true(lambda: recorded_events[-2:] == events)


def test_a_synchronous_call_returns_the_functions_result(client: Any) -> None:
    response = client.invoke(FunctionName="todo-api-dev", Payload=json.dumps({"a": "ü"}))
    assert (response["StatusCode"], json.load(response["Payload"]), response.get("FunctionError")) == (
        200,
        {"a": "ü"},
        None,
    )


def test_a_synchronous_call_returns_the_functions_error(client: Any) -> None:
    response = invoke_action(client, "fail", "no luck")
    assert (response["StatusCode"], response["FunctionError"]) == (200, "Unhandled")
    assert json.load(response["Payload"])["errorType"] == "ValueError"


def test_a_dry_run_does_not_call_the_function(client: Any) -> None:
    before = len(recorded_events)
    assert invoke_action(client, "print_text", "dry", invocation_type="DryRun")["StatusCode"] == 204
    assert len(recorded_events) == before


def test_without_a_body_the_event_is_empty(client: Any) -> None:
    assert json.load(client.invoke(FunctionName="todo-api-dev")["Payload"]) == {}


def test_a_functions_own_aws_endpoint_url_lambda_overrides_the_address_of_this_api(probe_package: Path) -> None:
    environment = {"AWS_ENDPOINT_URL_LAMBDA": "https://example.com"}
    with probe_function(probe_package, environment=environment) as function:
        assert run_action(function, "describe")["environment"]["AWS_ENDPOINT_URL_LAMBDA"] == "https://example.com"


def test_closing_drops_waiting_calls_and_ends_running_ones(
    probe_package: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = set(threading.enumerate())
    function = probe_function(probe_package, max_instances=1)
    client = create_client(function)
    for _ in range(3):
        invoke_action(client, "sleep", 20, invocation_type="Event")
    assert becomes_true(lambda: [instance for instance in function.instances if instance.init_seconds])
    began_at = time.monotonic()
    function.close()
    assert time.monotonic() - began_at < 5
    assert becomes_true(lambda: set(threading.enumerate()) <= before)
    assert capfd.readouterr() == ("", "")


def test_closing_does_not_wait_for_a_silent_client(probe_package: Path) -> None:
    with probe_function(probe_package) as function:
        silent = HTTPConnection(urlsplit(function.invoke_api.url).netloc, timeout=5)
        silent.connect()
    silent.close()
    with pytest.raises(ConnectionRefusedError):
        silent.connect()


def test_a_closed_function_cannot_be_called(probe_package: Path) -> None:
    with probe_function(probe_package) as function:
        pass
    for invocation_type in ("Event", "RequestResponse"):
        response = function.invoke_api.handle_invocation("todo-api-dev", invocation_type, b"{}")
        assert (response.status, response.headers["X-Amzn-ErrorType"]) == (500, "ServiceException")
