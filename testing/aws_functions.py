"""The functions of moto's Lambda, run by the local one."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import unquote

from moto.awslambda import models, responses, urls

from lambda_emulator.function import Function, Invocation
from lambda_emulator.gateway import Front

STAGE = "dev"
LOG_RESULT = 4096  # Lambda returns the last 4 KB of an invocation's log.


class Deployed(Function):
    """A function as moto holds it: the code, handler and variables it was given; it logs to its log group."""

    def __init__(self, held: models.LambdaFunction, directory: Path, answered: list[tuple[str, int]]) -> None:
        self.answered = answered
        package = directory / f"{held.function_name}-{held.code_digest}.zip"
        package.write_bytes(held.code_bytes)
        self.held = held
        super().__init__(
            package,
            environment=held.environment_vars,
            handler=str(held.handler),
            name=held.function_name,
            timeout=held.timeout,
            memory=held.memory_size,
        )

    def invoke(self, event: Any) -> Invocation:
        result = super().invoke(event)
        self.held.logs_backend.ensure_log_group(self.held.logs_group_name)
        self.held.save_logs(result.log)
        if "httpMethod" in event:
            self.answered.append((event["path"], json.loads(result.payload)["statusCode"]))
        return result


class Running(NamedTuple):
    """A function that runs, the API in front of it, what it was made from, and how to end both."""

    deployed: Deployed
    front: Front
    made_from: object
    cleanup: ExitStack


class Functions:
    """Runs each function from its first invocation on, and anew after a change of its code or configuration."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: dict[str, Running] = {}
        self.answered: list[tuple[str, int]] = []  # the path and status of every request, whichever function answered
        self.lock = threading.Lock()

    def run(self, held: models.LambdaFunction) -> Running:
        made_from = (held.code_digest, held.handler, held.timeout, sorted(held.environment_vars.items()))
        with self.lock:
            running = self.running.get(held.function_arn)
            if running is None or running.made_from != made_from:
                self.stop(held.function_arn)
                with ExitStack() as started:
                    deployed = started.enter_context(Deployed(held, self.directory, self.answered))
                    front = started.enter_context(Front(deployed, events="v1", stage=STAGE, scheme="https"))
                    running = self.running[held.function_arn] = Running(deployed, front, made_from, started.pop_all())
            return running

    def stop(self, arn: str) -> None:
        if arn in self.running:
            self.running.pop(arn).cleanup.close()

    def close(self) -> None:
        for arn in list(self.running):
            self.stop(arn)

    def invoke(self, held: models.LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        """What moto asks of a container: the answer, whether it is an error, and the end of the log."""
        result = self.run(held).deployed.invoke(event)
        log = result.log.encode()[-LOG_RESULT:].decode(errors="ignore")
        return result.payload.decode(), result.error is not None, log


URLS = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls$"


def list_function_url_configs(self: responses.LambdaResponse) -> str:
    """ListFunctionUrlConfigs, which moto lacks."""
    function = self.backend.get_function(unquote(self.path.split("/")[-2]))
    return json.dumps({"FunctionUrlConfigs": [function.url_config.to_dict()] if function.url_config else []})


@contextmanager
def mended(functions: Functions, code_url: Callable[[models.LambdaFunction], str]) -> Iterator[None]:
    """Close the gaps in moto that Zappa falls into.

    A function runs without Docker, its function URLs can be listed, it is found by a partial ARN such as
    function:name:version, and its code can be fetched from where GetFunction says, which is its `code_url`.
    """
    find, code_of = models.LambdaStorage.get_function_by_name_with_qualifier, models.LambdaFunction.get_code

    def found(storage: models.LambdaStorage, name: str, qualifier: str | None = None) -> models.LambdaFunction:
        return find(storage, name.removeprefix("function:"), qualifier)

    def get_code(held: models.LambdaFunction) -> dict[str, Any]:
        code = code_of(held)
        code.setdefault("Code", {})["Location"] = code_url(held)
        return code

    with (
        patch.object(models.LambdaFunction, "_invoke_lambda", lambda held, event=None: functions.invoke(held, event)),
        patch.object(models.LambdaFunction, "get_code", get_code),
        patch.object(models.LambdaStorage, "get_function_by_name_with_qualifier", found),
        patch.object(responses.LambdaResponse, "list_function_url_configs", list_function_url_configs, create=True),
        patch.dict(urls.url_paths, {URLS: responses.LambdaResponse.dispatch}),
    ):
        yield
