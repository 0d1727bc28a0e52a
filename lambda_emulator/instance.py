"""One instance of a function: a process with its own Runtime API, which runs one call at a time."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Event, Thread
from typing import NamedTuple

from lambda_emulator.processes import find_innermost_child, kill_with_session, peak_megabytes
from lambda_emulator.runtime_api import TOO_LARGE, Call, EventKind, RuntimeAPI, RuntimeEvent

INIT_SECONDS = 10  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
COMMAND_NOT_FOUND = 127
START_EVENTS = {EventKind.READY, EventKind.INIT_ERROR, EventKind.EXIT, EventKind.TIMEOUT}


class LaunchConfig(NamedTuple):
    """How to start the instances of a function; `timeout` is in seconds.

    With `sets_tmpdir` each instance gets its own temporary folder, named by TMPDIR.
    """

    command: list[str]
    environment: Mapping[str, str]
    working_directory: Path
    function_folder: Path
    timeout: float
    sets_tmpdir: bool


class CallOutcome(NamedTuple):
    """The result of a call, its start (by `time.monotonic`), and whether the instance can run another one."""

    payload: bytes
    error: str | None
    began_at: float
    is_reusable: bool


class Instance:
    """A process that runs from its creation until `stop`, a fatal error, or the end of this process."""

    def __init__(self, config: LaunchConfig) -> None:
        self.config = config
        self.api = RuntimeAPI()
        self.output = TemporaryFile(mode="a+b", buffering=0, dir=config.function_folder)  # noqa: SIM115
        self.output_offset = 0
        self.tmp = TemporaryDirectory(dir=config.function_folder)
        self.init_seconds: float | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.python_pid: int | None = None
        self.launch_done = Event()
        # The kernel kills the process when the thread that started it ends, so that thread waits for the process.
        self.thread = Thread(target=self.run_process, daemon=True)
        self.launched_at = time.monotonic()
        self.thread.start()

    def run_process(self) -> None:
        """Start the process, wait until it ends, and report its exit status."""
        tmp = {"TMPDIR": self.tmp.name} if self.config.sets_tmpdir else {}
        try:
            self.process = subprocess.Popen(  # noqa: S603
                self.config.command,
                cwd=self.config.working_directory,
                env={**self.config.environment, **tmp, "AWS_LAMBDA_RUNTIME_API": self.api.netloc},
                stdin=subprocess.DEVNULL,
                stdout=self.output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self.output.write(f"{error}\n".encode())
        self.launch_done.set()
        status = self.process.wait() if self.process else COMMAND_NOT_FOUND
        self.api.report(EventKind.EXIT, str(status).encode())

    def run_call(self, call: Call) -> CallOutcome | None:
        """Run one call; return None if the process ended before it accepted the call: another instance may run it."""
        if self.init_seconds is None and (failed := self.wait_until_ready(call)):
            return failed
        self.api.calls.put(call)
        began_at, is_accepted = time.monotonic(), False
        while True:
            event = self.wait_for_event(began_at + self.config.timeout)
            if event.kind == EventKind.ACCEPTED:
                began_at, is_accepted = time.monotonic(), True
            elif event.kind == EventKind.EXIT and not is_accepted:
                return None
            elif event.kind in (EventKind.EXIT, EventKind.TIMEOUT) or event.request_id == call.request_id:
                return self.build_outcome(call, event, began_at)

    def wait_until_ready(self, call: Call) -> CallOutcome | None:
        """Wait until the process asks for its first call; return the error of `call` if it never does.

        As on Lambda, the limit is ten seconds plus the function's timeout.
        """
        deadline = self.launched_at + INIT_SECONDS + self.config.timeout
        event = self.wait_for_event(deadline)
        while event.kind not in START_EVENTS:
            event = self.wait_for_event(deadline)
        if event.kind != EventKind.READY:
            return self.build_outcome(call, event, self.launched_at)
        self.init_seconds = time.monotonic() - self.launched_at
        self.python_pid = find_innermost_child(self.process.pid) if self.process else None
        return None

    def wait_for_event(self, deadline: float) -> RuntimeEvent:
        try:
            return self.api.runtime_events.get(timeout=max(0, deadline - time.monotonic()))
        except Empty:
            return RuntimeEvent(EventKind.TIMEOUT)

    def build_outcome(self, call: Call, event: RuntimeEvent, began_at: float) -> CallOutcome:
        """Return the function's response, or the error that Lambda reports for this event."""
        if event.kind in (EventKind.RESPONSE, EventKind.ERROR, EventKind.INIT_ERROR):
            error = None if event.kind == EventKind.RESPONSE else "Unhandled"
            return CallOutcome(event.payload, error, began_at, is_reusable=event.kind != EventKind.INIT_ERROR)
        prefix = f"RequestId: {call.request_id} Error: "
        if event.kind == EventKind.TOO_LARGE:
            error_type, message = "Function.ResponseSizeTooLarge", TOO_LARGE
        elif event.kind == EventKind.TIMEOUT:
            error_type, message = "Sandbox.Timedout", f"{prefix}Task timed out after {self.config.timeout:.2f} seconds"
        else:
            exited = describe_exit_status(int(event.payload))
            error_type, message = "Runtime.ExitError", f"{prefix}Runtime exited with error: {exited}"
        payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
        return CallOutcome(payload, "Unhandled", began_at, is_reusable=False)

    def read_output(self) -> str:
        """Return what the process has printed since the previous call of this method."""
        size = os.fstat(self.output.fileno()).st_size
        text = os.pread(self.output.fileno(), size, self.output_offset).decode(errors="replace")
        self.output_offset = size
        return text.replace("\r", "\n")

    def peak_megabytes(self) -> int:
        return peak_megabytes(self.python_pid) if self.python_pid else 0

    def stop(self) -> None:
        """Kill the process and its children, wait until they have ended, and remove the instance's files."""
        self.kill()
        self.thread.join()
        self.api.close()
        self.output.close()
        self.tmp.cleanup()

    def kill(self) -> None:
        """Kill the process; its running call then fails."""
        self.launch_done.wait()
        if self.process:
            kill_with_session(self.process)


def describe_exit_status(status: int) -> str:
    """Return Lambda's text for an exit status, such as "exit status 1" or "signal: killed".

    If signal N ended the process, the status is -N, or 128 + N from the shell around an isolated instance.
    """
    number = -status if status < 0 else status - 128
    if number in signal.valid_signals():
        return f"signal: {signal.strsignal(number)}".lower()
    return f"exit status {status}"
