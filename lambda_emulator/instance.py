"""One instance of a function: a process, its Runtime API, and one call at a time."""

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

from lambda_emulator.processes import end, innermost, peak_megabytes
from lambda_emulator.runtime_api import TOO_LARGE, Call, News, RuntimeAPI

INIT_SECONDS = 10  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html


class Start(NamedTuple):
    """How to start an instance."""

    command: list[str]
    environment: Mapping[str, str]
    directory: Path
    folder: Path
    timeout: float
    private_tmp: bool


class Outcome(NamedTuple):
    """How a call ended, when it began to run (by `time.monotonic`), and whether the instance is good for another."""

    payload: bytes
    error: str | None
    began: float
    reusable: bool


class Instance:
    """A process that starts at its first call and ends by `stop`, by an error of its own, or with this process."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.api = RuntimeAPI()
        self.output = TemporaryFile(mode="a+b", buffering=0, dir=start.folder)  # noqa: SIM115
        self.tmp = TemporaryDirectory(dir=start.folder)
        self.told = 0
        self.init_seconds: float | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.python: int | None = None
        self.started = Event()
        # The kernel ends the process along with the thread that started it, so that thread waits for its end.
        self.thread = Thread(target=self.run_process, daemon=True)
        self.begin = time.monotonic()
        self.thread.start()

    def run_process(self) -> None:
        tmp = {"TMPDIR": self.tmp.name} if self.start.private_tmp else {}
        try:
            self.process = subprocess.Popen(  # noqa: S603
                self.start.command,
                cwd=self.start.directory,
                env={**self.start.environment, **tmp, "AWS_LAMBDA_RUNTIME_API": self.api.address},
                stdin=subprocess.DEVNULL,
                stdout=self.output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self.output.write(f"{error}\n".encode())
        self.started.set()
        self.api.news.put(News("exit", str(self.process.wait() if self.process else 127).encode()))

    def call(self, call: Call) -> Outcome | None:
        """Run one call; None if the process had ended before it took it, so that another may."""
        if self.init_seconds is None and (failed := self.initialise(call)):
            return failed
        self.api.calls.put(call)
        began, deadline = time.monotonic(), time.monotonic() + self.start.timeout
        taken = False
        while True:
            news = self.next_news(deadline)
            if news.kind == "taken":
                taken, began, deadline = True, time.monotonic(), time.monotonic() + self.start.timeout
            elif news.kind == "exit" and not taken:
                return None
            elif news.kind in ("exit", "late") or news.request_id == call.request_id:
                return self.outcome(call, news, began)

    def initialise(self, call: Call) -> Outcome | None:
        """Wait until it asks for its first call: ten seconds, and once more the function's timeout, as on Lambda."""
        deadline = self.begin + INIT_SECONDS + self.start.timeout
        while (news := self.next_news(deadline)).kind not in ("ready", "init error", "exit", "late"):
            pass
        if news.kind != "ready":
            return self.outcome(call, news, self.begin)
        self.init_seconds = time.monotonic() - self.begin
        self.python = innermost(self.process.pid) if self.process else None
        return None

    def next_news(self, deadline: float) -> News:
        try:
            return self.api.news.get(timeout=max(0, deadline - time.monotonic()))
        except Empty:
            return News("late")

    def outcome(self, call: Call, news: News, began: float) -> Outcome:
        """Tell an answer, or the error that Lambda makes of what happened instead."""
        if news.kind in ("response", "error", "init error"):
            error = None if news.kind == "response" else "Unhandled"
            return Outcome(news.payload, error, began, reusable=news.kind != "init error")
        if news.kind == "too large":
            kind, message = "Function.ResponseSizeTooLarge", TOO_LARGE
        elif news.kind == "late":
            seconds = f"{self.start.timeout:.2f} seconds"
            kind, message = "Sandbox.Timedout", f"RequestId: {call.request_id} Error: Task timed out after {seconds}"
        else:
            exited = f"Runtime exited with error: {ending(news.payload)}"
            kind, message = "Runtime.ExitError", f"RequestId: {call.request_id} Error: {exited}"
        payload = json.dumps({"errorType": kind, "errorMessage": message}).encode()
        return Outcome(payload, "Unhandled", began, reusable=False)

    def read_output(self) -> str:
        """Return what it printed since this was last asked."""
        size = os.fstat(self.output.fileno()).st_size
        text = os.pread(self.output.fileno(), size, self.told).decode(errors="replace")
        self.told += size - self.told
        return text.replace("\r", "\n")

    def memory(self) -> int:
        return peak_megabytes(self.python) if self.python else 0

    def stop(self) -> None:
        """End the process and all that it started; return when they are gone."""
        self.kill()
        self.thread.join()
        self.api.close()
        self.output.close()
        self.tmp.cleanup()

    def kill(self) -> None:
        """End the process, and let a call that it has fail."""
        self.started.wait()
        if self.process:
            end(self.process)


def ending(code: bytes) -> str:
    """Word an exit status as Lambda does; the shell around an instance adds 128 to a signal's number."""
    status = int(code)
    number = -status if status < 0 else status - 128
    if number > 0:
        return f"signal: {signal.strsignal(number) or number}".lower()
    return f"exit status {status}"
