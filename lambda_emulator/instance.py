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

from lambda_emulator.processes import follow_only_children, kill_with_session, peak_megabytes
from lambda_emulator.runtime_api import TOO_LARGE, Call, RuntimeAPI, RuntimeEvent

INIT_SECONDS = 10  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
COMMAND_NOT_FOUND = 127


class LaunchConfig(NamedTuple):
    """How the instances of a function are started; `timeout` is in seconds.

    With `sets_tmpdir` each instance gets a temporary folder of its own, named by TMPDIR.
    """

    command: list[str]
    environment: Mapping[str, str]
    working_directory: Path
    function_folder: Path
    timeout: float
    sets_tmpdir: bool


class CallOutcome(NamedTuple):
    """How a call ended, when it began (by `time.monotonic`), and whether the instance can take another."""

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
        self.api.report("exit", str(status).encode())

    def run_call(self, call: Call) -> CallOutcome | None:
        """Run one call; return None if the process ended before it took the call, so that another instance may."""
        if self.init_seconds is None and (failed := self.wait_until_ready(call)):
            return failed
        self.api.calls.put(call)
        began_at, is_taken = time.monotonic(), False
        while True:
            event = self.next_event(began_at + self.config.timeout)
            if event.kind == "taken":
                began_at, is_taken = time.monotonic(), True
            elif event.kind == "exit" and not is_taken:
                return None
            elif event.kind in ("exit", "timeout") or event.request_id == call.request_id:
                return self.build_outcome(call, event, began_at)

    def wait_until_ready(self, call: Call) -> CallOutcome | None:
        """Wait until the process asks for its first call; return the error of `call` if it never does.

        As on Lambda, starting may take ten seconds, and then once more as long as the function's timeout.
        """
        deadline = self.launched_at + INIT_SECONDS + self.config.timeout
        while (event := self.next_event(deadline)).kind not in ("ready", "init error", "exit", "timeout"):
            pass
        if event.kind != "ready":
            return self.build_outcome(call, event, self.launched_at)
        self.init_seconds = time.monotonic() - self.launched_at
        self.python_pid = follow_only_children(self.process.pid) if self.process else None
        return None

    def next_event(self, deadline: float) -> RuntimeEvent:
        try:
            return self.api.runtime_events.get(timeout=max(0, deadline - time.monotonic()))
        except Empty:
            return RuntimeEvent("timeout")

    def build_outcome(self, call: Call, event: RuntimeEvent, began_at: float) -> CallOutcome:
        """Return the function's response, or the error that Lambda reports for what happened instead."""
        if event.kind in ("response", "error", "init error"):
            error = None if event.kind == "response" else "Unhandled"
            return CallOutcome(event.payload, error, began_at, is_reusable=event.kind != "init error")
        prefix = f"RequestId: {call.request_id} Error: "
        if event.kind == "too large":
            error_type, message = "Function.ResponseSizeTooLarge", TOO_LARGE
        elif event.kind == "timeout":
            error_type, message = "Sandbox.Timedout", f"{prefix}Task timed out after {self.config.timeout:.2f} seconds"
        else:
            exited = describe_exit_status(int(event.payload))
            error_type, message = "Runtime.ExitError", f"{prefix}Runtime exited with error: {exited}"
        payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
        return CallOutcome(payload, "Unhandled", began_at, is_reusable=False)

    def read_output(self) -> str:
        """Return what the process printed since the last time this was called."""
        size = os.fstat(self.output.fileno()).st_size
        text = os.pread(self.output.fileno(), size, self.output_offset).decode(errors="replace")
        self.output_offset = size
        return text.replace("\r", "\n")

    def peak_megabytes(self) -> int:
        return peak_megabytes(self.python_pid) if self.python_pid else 0

    def stop(self) -> None:
        """Kill the process and all that it started; return when they have ended."""
        self.kill()
        self.thread.join()
        self.api.close()
        self.output.close()
        self.tmp.cleanup()

    def kill(self) -> None:
        """Kill the process; a call that it was running then fails."""
        self.launch_done.wait()
        if self.process:
            kill_with_session(self.process)


def describe_exit_status(status: int) -> str:
    """Return Lambda's words for an exit status, such as "exit status 1" or "signal: killed".

    A process that a signal ended has the status -N or, if the shell around an isolated instance reports it, 128 + N.
    """
    number = -status if status < 0 else status - 128
    if number in signal.valid_signals():
        return f"signal: {signal.strsignal(number)}".lower()
    return f"exit status {status}"
