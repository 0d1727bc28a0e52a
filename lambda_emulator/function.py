"""An emulated Lambda function: it manages the instances of one package and passes each call to one of them."""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Condition, Lock
from typing import Any, Self
from uuid import uuid4

from lambda_emulator.instance import CallOutcome, Instance
from lambda_emulator.invoke_api import FUNCTION_ARN_PREFIX, InvocationResult, InvokeAPI
from lambda_emulator.runtime import PYTHON_VERSION
from lambda_emulator.runtime_api import PAYLOAD_BYTES, Call
from lambda_emulator.sandbox import prepare_launch

TOO_LARGE = f"Request must be smaller than {PAYLOAD_BYTES} bytes for the InvokeFunction operation"


class EmulatedFunction:
    """A Lambda function on this machine; close it to stop its processes and remove its files.

    A call goes to the oldest idle instance; if there is none, to a new one, up to `max_instances`; else it waits. An
    instance runs one call at a time. It is replaced after a crash, a failed start, an oversized response or a timeout
    (`timeout` is in seconds; starting may take ten more). `memory` (in MB) is written to the log, but not enforced.
    The file `log` exists until `close`.

    The function can also be called through Lambda's Invoke API, synchronously or asynchronously. Its instances find
    that API by the variable AWS_ENDPOINT_URL_LAMBDA, which boto3 reads, unless `environment` overrides it.
    """

    def __init__(
        self,
        package: Path,
        *,
        environment: Mapping[str, str],
        handler: str = "todoproject.serving.lambda_handler.handler",
        name: str = "todo-api-dev",
        max_instances: int = 4,
        timeout: float = 29,
        memory: int = 1024,
    ) -> None:
        self.name, self.max_instances, self.timeout, self.memory = name, max_instances, timeout, memory
        with ExitStack() as stack:
            self.invoke_api = stack.enter_context(closing(InvokeAPI(name, self.invoke, max_instances)))
            variables = function_variables(name, memory, handler) | {"AWS_ENDPOINT_URL_LAMBDA": self.invoke_api.url}
            launch = prepare_launch(package, {**variables, **environment}, handler, timeout)
            self.launch_config = stack.enter_context(launch)
            self.cleanup = stack.pop_all()
        self.log = self.launch_config.function_folder / "log"
        self.log.touch()
        self.log_lock = Lock()
        self.changed = Condition()  # guards the lists of instances; notified when they change
        self.idle_instances: list[Instance] = []
        self.instances: list[Instance] = []
        self.discarded_instances: set[Instance] = set()
        self.is_closed = False

    def invoke(self, event: Any) -> InvocationResult:
        """Call the function with an event. Errors of the function are returned as Lambda reports them, not raised."""
        payload = json.dumps(event).encode()
        if len(payload) > PAYLOAD_BYTES:
            message = {"errorType": "RequestTooLarge", "errorMessage": TOO_LARGE}
            return InvocationResult(json.dumps(message).encode(), "RequestTooLarge", "")
        while True:
            if result := self.invoke_on_an_instance(payload):
                return result

    def invoke_on_an_instance(self, payload: bytes) -> InvocationResult | None:
        """Run one call on the next free instance; return None if its process ended before it accepted the call."""
        instance = self.acquire_instance()
        is_cold_start = instance.init_seconds is None
        call = self.new_call(payload)
        outcome = None
        try:
            outcome = instance.run_call(call)
            if outcome is None:
                self.append_to_log(instance.read_output())
                return None
            log = self.log_call(instance, call, outcome, is_cold_start)
            return InvocationResult(outcome.payload, outcome.error, log)
        finally:
            self.release_instance(instance, is_reusable=bool(outcome and outcome.is_reusable))

    def new_call(self, payload: bytes) -> Call:
        request_id = str(uuid4())
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN_PREFIX + self.name,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid4().hex[:24]};Sampled=0",
        }
        return Call(request_id, payload, headers)

    def acquire_instance(self) -> Instance:
        with self.changed:
            while not self.is_closed:
                if self.idle_instances:
                    instance = min(self.idle_instances, key=self.instances.index)
                    self.idle_instances.remove(instance)
                    return instance
                if len(self.instances) < self.max_instances:
                    self.instances.append(Instance(self.launch_config))
                    return self.instances[-1]
                self.changed.wait()
        raise RuntimeError(f"The function {self.name} is closed.")

    def release_instance(self, instance: Instance, *, is_reusable: bool) -> None:
        """Make an instance available for the next call, or stop it if it is not reusable or was discarded."""
        with self.changed:
            is_kept = is_reusable and instance in self.instances
            if is_kept:
                self.idle_instances.append(instance)
                self.changed.notify_all()
        if not is_kept:
            self.stop_instances([instance])

    def stop_instances(self, instances: list[Instance]) -> None:
        for instance in instances:
            instance.stop()
        with self.changed:
            self.instances = [instance for instance in self.instances if instance not in instances]
            self.discarded_instances.difference_update(instances)
            self.changed.notify_all()

    def log_call(self, instance: Instance, call: Call, outcome: CallOutcome, is_cold_start: bool) -> str:
        """Append a call's output to the log, between the lines that Lambda adds, and return the appended text."""
        milliseconds = (time.monotonic() - outcome.began_at) * 1000
        printed = instance.read_output()
        init_seconds = instance.init_seconds if is_cold_start else None
        lines = [
            *([f"INIT_START Runtime Version: python:{PYTHON_VERSION}"] if is_cold_start else []),
            f"START RequestId: {call.request_id} Version: $LATEST",
            *([printed.removesuffix("\n")] if printed else []),
            *([json.loads(outcome.payload)["errorMessage"]] if outcome.error and not outcome.is_reusable else []),
            f"END RequestId: {call.request_id}",
            f"REPORT RequestId: {call.request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: {self.memory} MB\t"
            f"Max Memory Used: {instance.peak_megabytes()} MB"
            + (f"\tInit Duration: {init_seconds * 1000:.2f} ms" if init_seconds else ""),
        ]
        return self.append_to_log("\n".join(lines) + "\n")

    def append_to_log(self, text: str) -> str:
        with self.log_lock, self.log.open("a", encoding="utf-8") as log:
            log.write(text)
        return text

    def discard_instances(self) -> None:
        """Stop every instance, busy ones after their current call, so that the next call is a cold start."""
        with self.changed:
            idle, self.idle_instances = self.idle_instances, []
            self.discarded_instances.update(self.instances)
            self.instances = []
        self.stop_instances(idle)

    def close(self) -> None:
        """Stop every instance and remove all files. Running calls fail; queued asynchronous calls are dropped."""
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
        self.discard_instances()
        with self.changed:
            busy = list(self.discarded_instances)
        for instance in busy:
            instance.kill()
        with self.changed:
            self.changed.wait_for(lambda: not self.discarded_instances)
        self.cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def function_variables(name: str, memory: int, handler: str) -> dict[str, str]:
    """Return the environment variables that depend on the function; `build_environment` adds the others."""
    return {
        "_HANDLER": handler,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid4().hex}",
    }
