"""A small function for the emulator's tests: it runs the action in its event, or returns the event as a response."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest

from deploy.bytecode import find_python
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.invoke_api import InvocationResult
from lambda_emulator.runtime import PYTHON_VERSION
from lambda_emulator.sandbox import can_isolate

needs_lambda_python = pytest.mark.skipif(
    find_python(PYTHON_VERSION) is None, reason=f"Lambda's Python {PYTHON_VERSION} is not installed."
)
needs_namespaces = pytest.mark.skipif(not can_isolate(), reason="This process cannot create namespaces.")

# An event {"do": NAME, "with": [VALUES]} calls one of these functions. Any other event is a request. Its response is
# the JSON in its parameter `respond`, or its own body below /mirror, or else the event; below /slow it takes ten
# seconds.
SOURCE = """
import json, os, subprocess, sys, threading, time
from pathlib import Path

def handler(event, context):
    if "do" in event:
        return globals()[event["do"]](*event.get("with", []))
    return respond(event) if isinstance(event, dict) and ("path" in event or "rawPath" in event) else event

def respond(event):
    response = (event.get("queryStringParameters") or {}).get("respond")
    if response:
        return json.loads(response)
    path = event.get("rawPath", event.get("path", ""))
    if "slow" in path:
        time.sleep(10)
    if "mirror" in path:
        return {"statusCode": 200, "body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}
    return {"statusCode": 200, "body": json.dumps(event), "headers": {"Content-Type": "application/json"}}

def print_text(text):
    print(text)

def sleep(seconds):
    time.sleep(seconds)
    return os.environ["AWS_LAMBDA_RUNTIME_API"]  # Each instance has its own.

def describe():
    return {"uid": os.getuid(), "path": sys.path, "cwd": os.getcwd(), "environment": dict(os.environ),
            "python": sys.version_info[:2], "root": sorted(os.listdir("/")), "pids": os.readlink("/proc/self/ns/pid"),
            "tmp_size": os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize}

def write(path, size=1):
    try:
        Path(path).parent.mkdir(exist_ok=True, parents=True)
        Path(path).write_bytes(b"x" * size)
    except OSError as error:
        return type(error).__name__
    return "written"

def exists(path):
    return Path(path).exists()

def fail(text):
    raise ValueError(text)

def exit_now(status):
    print("exiting")
    os._exit(status)

def exit_soon():
    threading.Timer(0.2, os._exit, [3]).start()

def kill(number):
    os.kill(os.getpid(), number)

def return_text(size):
    return "x" * size

def call_itself(event):
    import boto3
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    response = boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=event)
    print("the first call got", response["StatusCode"], response["Payload"].read())
"""


def write_package(archive: Path, source: str = SOURCE, *, module: str = "probe.py", mode: int = 0o644) -> Path:
    """Write a package with one module."""
    with ZipFile(archive, "w") as package:
        info = ZipInfo(module)
        info.external_attr = mode << 16
        package.writestr(info, source)
    return archive


def probe_function(
    package: Path, function_class: type[EmulatedFunction] = EmulatedFunction, **options: Any
) -> EmulatedFunction:
    """Return an emulated function that runs a package from `write_package`."""
    return function_class(package, **({"handler": "probe.handler", "environment": {"GREETING": "hello"}} | options))


def run_action(function: EmulatedFunction, action: str, *values: Any) -> Any:
    """Run one of the functions of SOURCE in an instance, and return its result."""
    return json.loads(function.invoke({"do": action, "with": values}).payload)


def get_error(result: InvocationResult) -> tuple[str, str]:
    """Return the type and message of a call's error; fail if it has none."""
    assert result.error
    error = json.loads(result.payload)
    return error["errorType"], error["errorMessage"]
