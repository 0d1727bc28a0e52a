"""The choice of an instance for each call, the log, and the replacement of failed instances."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.gateway_requests import request
from testing.probe_function import (
    SOURCE,
    get_error,
    needs_lambda_python,
    needs_namespaces,
    probe_function,
    run_action,
    write_package,
)

pytestmark = needs_lambda_python


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sequential_calls_use_the_same_instance_although_there_are_others(function: EmulatedFunction) -> None:
    with ThreadPoolExecutor(4) as pool:
        instances = set(pool.map(lambda _: run_action(function, "sleep", 0.3), range(4)))
    assert len(instances) == 4
    assert len({run_action(function, "sleep", 0) for _ in range(8)}) == 1


def test_more_calls_than_instances_wait_for_their_turn(one_instance: EmulatedFunction) -> None:
    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(lambda _: run_action(one_instance, "sleep", 0.05), range(5)))) == 1


def test_discarding_instances_lets_a_running_call_finish(one_instance: EmulatedFunction) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = run_action(one_instance, "sleep", 0)
        running_call = pool.submit(run_action, one_instance, "sleep", 0.4)
        wait_until(lambda: not one_instance.idle_instances)
        one_instance.discard_instances()
        assert run_action(one_instance, "sleep", 0) != first
        assert running_call.result() == first


def test_a_call_returns_its_own_log_and_the_file_contains_the_logs_of_all_calls(function: EmulatedFunction) -> None:
    function.discard_instances()
    first, second = (function.invoke({"do": "print_text", "with": [text]}).log for text in ("one ü", "two"))
    assert "INIT_START" in first
    assert "Init Duration" in first
    assert "INIT_START" not in second
    assert "\none ü\nEND RequestId" in first
    assert "two" not in first
    assert "REPORT RequestId: " in second
    assert function.log.read_text().endswith(first + second)


def test_an_exception_is_returned_and_its_instance_is_reused(one_instance: EmulatedFunction) -> None:
    before = run_action(one_instance, "sleep", 0)
    assert get_error(one_instance.invoke({"do": "fail", "with": ["no"]})) == ("ValueError", "no")
    assert run_action(one_instance, "sleep", 0) == before


@pytest.mark.parametrize(
    ("action", "value", "text"),
    [
        ("exit_now", 7, "exit status 7"),
        ("exit_now", 255, "exit status 255"),
        ("kill", 9, "signal: killed"),
        ("exit_now", 0, "exit status 0"),
    ],
)
def test_a_crash_is_reported_and_its_instance_replaced(
    one_instance: EmulatedFunction, action: str, value: int, text: str
) -> None:
    before = run_action(one_instance, "sleep", 0)
    result = one_instance.invoke({"do": action, "with": [value]})
    error_type, message = get_error(result)
    assert error_type == "Runtime.ExitError"
    assert message.endswith(f"Error: Runtime exited with error: {text}")
    assert text in result.log
    assert ("exiting" in result.log) == (action == "exit_now")
    assert run_action(one_instance, "sleep", 0) != before


def test_an_instance_that_ended_while_idle_is_replaced_without_an_error(one_instance: EmulatedFunction) -> None:
    assert one_instance.invoke({"do": "exit_soon"}).error is None
    [instance] = one_instance.instances
    wait_until(lambda: not instance.thread.is_alive())
    assert one_instance.invoke({"do": "print_text", "with": ["x"]}).error is None


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("import missing", "Runtime.ImportModuleError"),
        ("def", "Runtime.UserCodeSyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_package_that_fails_to_start_reports_the_error_at_each_call(
    tmp_path: Path, source: str, error_type: str
) -> None:
    package = write_package(tmp_path / "package.zip", source)
    with probe_function(package, max_instances=1) as function, Gateway(function) as gateway:
        for _ in range(2):
            result = function.invoke({})
            assert get_error(result)[0] == error_type
            assert error_type in result.log
        assert request(gateway)[0].status == 502


def test_a_package_that_exits_during_its_start_reports_its_exit_status(tmp_path: Path) -> None:
    with probe_function(write_package(tmp_path / "package.zip", "import os; os._exit(5)")) as function:
        assert get_error(function.invoke({}))[1].endswith("exit status 5")


@needs_namespaces
def test_a_package_whose_files_are_not_readable_fails_as_on_lambda(tmp_path: Path) -> None:
    with probe_function(write_package(tmp_path / "package.zip", SOURCE, mode=0o600)) as function:
        assert "ermission denied" in get_error(function.invoke({}))[1]


def test_a_call_that_exceeds_the_timeout_ends_with_its_instance(one_instance: EmulatedFunction) -> None:
    before, began_at = run_action(one_instance, "sleep", 0), time.monotonic()
    result = one_instance.invoke({"do": "sleep", "with": [60]})
    error_type, message = get_error(result)
    assert (error_type, message.endswith("Task timed out after 1.00 seconds")) == ("Sandbox.Timedout", True)
    assert time.monotonic() - began_at < 5
    assert "Task timed out after 1.00 seconds" in result.log
    assert run_action(one_instance, "sleep", 0) != before


def test_events_and_responses_have_a_size_limit(one_instance: EmulatedFunction) -> None:
    before = run_action(one_instance, "sleep", 0)
    assert get_error(one_instance.invoke("x" * 6_291_556))[0] == "RequestTooLarge"
    assert run_action(one_instance, "sleep", 0) == before
    assert len(one_instance.invoke({"do": "return_text", "with": [6_291_554]}).payload) == 6_291_556
    too_large = one_instance.invoke({"do": "return_text", "with": [6_291_555]})
    assert get_error(too_large)[0] == "Function.ResponseSizeTooLarge"
    assert run_action(one_instance, "sleep", 0) != before


def test_closing_ends_a_running_call_and_removes_the_folder(probe_package: Path) -> None:
    function = probe_function(probe_package)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(function.invoke, {"do": "sleep", "with": [20]})
        wait_until(lambda: [instance for instance in function.instances if instance.init_seconds])
        function.close()
        assert get_error(call.result(5))[0] == "Runtime.ExitError"
    assert not function.log.parent.exists()
    with pytest.raises(RuntimeError):
        function.invoke({})


def test_a_file_that_is_not_a_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_text("not a zip")
    with pytest.raises(RuntimeError, match="cannot be unpacked"):
        probe_function(tmp_path / "package.zip")
