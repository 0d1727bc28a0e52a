"""Runs the functions of moto's Lambda in the Lambda emulator."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import unquote

from moto.awslambda import models, responses, urls

from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from lambda_emulator.invoke_api import InvocationResult

STAGE = "dev"
LOG_TAIL_BYTES = 4096  # Lambda returns the last 4 KB of an invocation's log.


class DeployedFunction(EmulatedFunction):
    """A function with the code, handler and variables recorded by moto. It writes to its log group in moto."""

    def __init__(self, record: models.LambdaFunction, directory: Path, requests: list[tuple[str, int]]) -> None:
        self.requests = requests
        package = directory / f"{record.function_name}-{record.code_digest}.zip"
        if not package.exists():  # An unchanged package is not written again, so that it is not unpacked again.
            package.write_bytes(record.code_bytes)
        self.record = record
        super().__init__(
            package,
            environment=record.environment_vars,
            handler=str(record.handler),
            name=record.function_name,
            timeout=record.timeout,
            memory=record.memory_size,
        )

    def invoke(self, event: Any) -> InvocationResult:
        result = super().invoke(event)
        self.record.logs_backend.ensure_log_group(self.record.logs_group_name)
        self.record.save_logs(result.log)
        if "httpMethod" in event:
            self.requests.append((event["path"], json.loads(result.payload)["statusCode"]))
        return result


class RunningFunction(NamedTuple):
    """A function and its gateway, the code and configuration that they run, and the cleanup of both."""

    function: DeployedFunction
    gateway: Gateway
    configuration: object
    cleanup: ExitStack


class DeployedFunctions:
    """Starts each function at its first call, and restarts it when its code or configuration has changed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: dict[str, RunningFunction] = {}
        self.requests: list[tuple[str, int]] = []  # the path and status of every request to any function
        self.lock = threading.Lock()

    def run(self, record: models.LambdaFunction) -> RunningFunction:
        configuration = (record.code_digest, record.handler, record.timeout, sorted(record.environment_vars.items()))
        with self.lock:
            running = self.running.get(record.function_arn)
            if running is None or running.configuration != configuration:
                self.stop(record.function_arn)
                with ExitStack() as stack:
                    function = stack.enter_context(DeployedFunction(record, self.directory, self.requests))
                    gateway = stack.enter_context(Gateway(function, stage=STAGE, scheme="https"))
                    running = RunningFunction(function, gateway, configuration, stack.pop_all())
                self.running[record.function_arn] = running
            return running

    def stop(self, arn: str) -> None:
        if arn in self.running:
            self.running.pop(arn).cleanup.close()

    def close(self) -> None:
        for arn in list(self.running):
            self.stop(arn)

    def invoke(self, record: models.LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        """Call a function instead of moto's container; return its payload, whether it failed, and its log's end."""
        result = self.run(record).function.invoke(event)
        log = result.log.encode()[-LOG_TAIL_BYTES:].decode(errors="ignore")
        return result.payload.decode(), result.error is not None, log


FUNCTION_URLS_PATH = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls$"


def list_function_url_configs(self: responses.LambdaResponse) -> str:
    """Return the response to ListFunctionUrlConfigs, which moto lacks."""
    record = self.backend.get_function(unquote(self.path.split("/")[-2]))
    return json.dumps({"FunctionUrlConfigs": [record.url_config.to_dict()] if record.url_config else []})


@contextmanager
def patched_moto(functions: DeployedFunctions, code_url: Callable[[models.LambdaFunction], str]) -> Iterator[None]:
    """Add features to moto that it lacks and Zappa needs.

    Functions run without Docker, their URLs can be listed, they are found by a partial ARN such as
    function:name:version, and GetFunction returns `code_url` as the location of the code.
    """
    find_by_name, original_get_code = (
        models.LambdaStorage.get_function_by_name_with_qualifier,
        models.LambdaFunction.get_code,
    )

    def find_by_partial_arn(
        storage: models.LambdaStorage, name: str, qualifier: str | None = None
    ) -> models.LambdaFunction:
        return find_by_name(storage, name.removeprefix("function:"), qualifier)

    def get_code(record: models.LambdaFunction) -> dict[str, Any]:
        code = original_get_code(record)
        code.setdefault("Code", {})["Location"] = code_url(record)
        return code

    with (
        patch.object(
            models.LambdaFunction, "_invoke_lambda", lambda record, event=None: functions.invoke(record, event)
        ),
        patch.object(models.LambdaFunction, "get_code", get_code),
        patch.object(models.LambdaStorage, "get_function_by_name_with_qualifier", find_by_partial_arn),
        patch.object(responses.LambdaResponse, "list_function_url_configs", list_function_url_configs, create=True),
        patch.dict(urls.url_paths, {FUNCTION_URLS_PATH: responses.LambdaResponse.dispatch}),
    ):
        yield
