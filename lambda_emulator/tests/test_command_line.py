"""The command `python -m lambda_emulator PACKAGE.zip`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from testing.probe_function import needs_lambda_python, write_package

pytestmark = needs_lambda_python


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with the handler of the stage's settings."""
    archive = tmp_path_factory.mktemp("package") / "package.zip"
    return write_package(archive, module="todoproject/serving/lambda_handler.py")


@contextmanager
def running_command(package: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """Run the command; yield its process, its host and port, and the folder of its function."""
    command = [sys.executable, "-m", "lambda_emulator", str(package)]
    with subprocess.Popen(  # noqa: S603
        command, env=os.environ | {"PORT": "0"} | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield process, urlsplit(line.split()[1]).netloc, Path(line.split()[3]).parent
        finally:
            process.kill()


def get_status(netloc: str, path: str) -> int:
    http = HTTPConnection(netloc, timeout=30)
    try:
        http.request("GET", path)
        return http.getresponse().status
    finally:
        http.close()


def find_processes(folder: Path) -> list[str]:
    """Return the processes with a function's folder in their command or mounts: the emulator and the instances."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "mountinfo").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in text:
            found.append(process.name)
    return found


def is_true_within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="Only Linux lists mounts in /proc.")
@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_is_left_after_a_signal_has_ended_the_command(package: Path, signal_number: int) -> None:
    with running_command(package) as (process, netloc, folder):
        assert get_status(netloc, "/dev/x") == 200
        assert find_processes(folder)
        process.send_signal(signal_number)
        assert process.wait(10) == (0 if signal_number != signal.SIGKILL else -signal.SIGKILL)
    assert is_true_within(20, lambda: not find_processes(folder))


def test_sighup_makes_the_next_call_a_cold_start(package: Path) -> None:
    with running_command(package, EVENTS="url") as (process, netloc, folder):
        assert get_status(netloc, "/x") == 200
        process.send_signal(signal.SIGHUP)

        def has_started_twice_after_a_call() -> bool:
            return get_status(netloc, "/x") == 200 and (folder / "log").read_text().count("INIT_START") >= 2

        assert is_true_within(20, has_started_twice_after_a_call)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "x"), ("PORT", "70000"), ("INSTANCES", "0"), ("EVENTS", "v3"), ("STAGE", "a/b")]
)
def test_an_invalid_variable_stops_the_start_with_one_line(package: Path, name: str, value: str) -> None:
    command = [sys.executable, "-m", "lambda_emulator", str(package)]
    done = subprocess.run(command, env=os.environ | {name: value}, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 1
    assert done.stderr.startswith(f"Not started: {name} is {value!r}")
    assert done.stderr.count("\n") == 1
