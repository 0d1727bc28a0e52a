"""A Lambda function on this machine."""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Condition, Lock
from typing import Any, Self
from uuid import uuid4

from lambda_emulator.instance import Instance, Outcome
from lambda_emulator.invoke_api import ARN, Invocation, InvokeAPI
from lambda_emulator.runtime import VERSION
from lambda_emulator.runtime_api import PAYLOAD_BYTES, Call
from lambda_emulator.sandbox import prepared

TOO_LARGE = f"Request must be smaller than {PAYLOAD_BYTES} bytes for the InvokeFunction operation"


class Function:
    """A Lambda function on this machine: the instances of one package.

    A call goes to the oldest idle instance, else to a new one, up to `instances` of them, else it waits for one. An
    instance has one call at a time, and is replaced after it crashed, did not start, sent too much or exceeded
    `timeout` (in seconds; its start has ten seconds more). `memory` is a number for the log, not a limit.
    `log` is there until `close`. Lambda's own API calls it too, asynchronously if asked to: its instances find that API
    by AWS_ENDPOINT_URL_LAMBDA, which boto3 reads, unless `environment` says otherwise.
    """

    def __init__(
        self,
        package: Path,
        *,
        environment: Mapping[str, str],
        handler: str = "todoproject.serving.lambda_handler.handler",
        name: str = "todo-api-dev",
        instances: int = 4,
        timeout: float = 29,
        memory: int = 1024,
    ) -> None:
        self.name, self.limit, self.timeout, self.memory = name, instances, timeout, memory
        with ExitStack() as started:
            self.api = started.enter_context(closing(InvokeAPI(name, self.invoke, instances)))
            own = lambda_variables(name, memory, handler) | {"AWS_ENDPOINT_URL_LAMBDA": self.api.url}
            self.start = started.enter_context(prepared(package, {**own, **environment}, handler, timeout))
            self.cleanup = started.pop_all()
        self.log = self.start.folder / "log"
        self.log.touch()
        self.writing = Lock()
        self.changed = Condition()
        self.idle: list[Instance] = []
        self.all: list[Instance] = []
        self.retired: set[Instance] = set()
        self.closed = False

    def invoke(self, event: Any) -> Invocation:
        """Call the function; an error is told as Lambda tells it, never raised."""
        payload = json.dumps(event).encode()
        if len(payload) > PAYLOAD_BYTES:
            message = {"errorType": "RequestTooLarge", "errorMessage": TOO_LARGE}
            return Invocation(json.dumps(message).encode(), "RequestTooLarge", "")
        while True:
            instance = self.acquire()
            cold = instance.init_seconds is None
            call = self.call(payload)
            outcome = None
            try:
                outcome = instance.call(call)
                log = self.report(instance, call, outcome, cold) if outcome else self.write(instance.read_output())
            finally:
                self.release(instance, reusable=bool(outcome and outcome.reusable))
            if outcome:
                return Invocation(outcome.payload, outcome.error, log)

    def call(self, payload: bytes) -> Call:
        request_id = str(uuid4())
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN + self.name,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid4().hex[:24]};Sampled=0",
        }
        return Call(request_id, payload, headers)

    def acquire(self) -> Instance:
        with self.changed:
            while not self.closed:
                if self.idle:
                    instance = min(self.idle, key=self.all.index)
                    self.idle.remove(instance)
                    return instance
                if len(self.all) < self.limit:
                    self.all.append(Instance(self.start))
                    return self.all[-1]
                self.changed.wait()
        raise RuntimeError(f"The function {self.name} is closed.")

    def release(self, instance: Instance, *, reusable: bool) -> None:
        with self.changed:
            if reusable and instance in self.all:
                self.idle.append(instance)
                instance = None  # type: ignore[assignment]
        if instance:
            self.end([instance])
        with self.changed:
            self.changed.notify_all()

    def end(self, instances: list[Instance]) -> None:
        for instance in instances:
            instance.stop()
        with self.changed:
            self.all = [instance for instance in self.all if instance not in instances]
            self.retired.difference_update(instances)
            self.changed.notify_all()

    def report(self, instance: Instance, call: Call, outcome: Outcome, cold: bool) -> str:
        """Write a call's part of the log, with the lines that Lambda puts around it, and return it."""
        milliseconds = (time.monotonic() - outcome.began) * 1000
        printed = instance.read_output()
        lines = [
            *([f"INIT_START Runtime Version: python:{VERSION}"] if cold else []),
            f"START RequestId: {call.request_id} Version: $LATEST",
            *([printed.removesuffix("\n")] if printed else []),
            *([json.loads(outcome.payload)["errorMessage"]] if outcome.error and not outcome.reusable else []),
            f"END RequestId: {call.request_id}",
            f"REPORT RequestId: {call.request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {self.memory} MB\t"
            f"Max Memory Used: {instance.memory()} MB"
            + (f"\tInit Duration: {instance.init_seconds * 1000:.2f} ms" if cold and instance.init_seconds else ""),
        ]
        return self.write("\n".join(lines) + "\n")

    def write(self, text: str) -> str:
        with self.writing, self.log.open("a", encoding="utf-8") as log:
            log.write(text)
        return text

    def cold(self) -> None:
        """End every instance after its current call; the next call starts cold."""
        with self.changed:
            idle, busy = self.idle, [instance for instance in self.all if instance not in self.idle]
            self.idle, self.all = [], []
            self.retired.update(idle, busy)
        self.end(idle)

    def close(self) -> None:
        """End every instance, also those with a call, whose callers get an error; remove all files.

        Asynchronous calls that have not begun are dropped.
        """
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        self.cold()
        with self.changed:
            running = list(self.retired)
        for instance in running:
            instance.kill()
        with self.changed:
            self.changed.wait_for(lambda: not self.retired)
        self.cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def lambda_variables(name: str, memory: int, handler: str) -> dict[str, str]:
    """Return those variables of Lambda that tell of this function."""
    return {
        "_HANDLER": handler,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid4().hex}",
    }
