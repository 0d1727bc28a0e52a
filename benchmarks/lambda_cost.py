"""Measures the CPU time and memory of requests on the Lambda emulator, beside two peers that are packaged the same way.

From these follows what a million requests cost. The peers' packages have their requirements as wheels and bytecode, and
a SQLite database that is copied to /tmp; their handlers are those that their users choose (apig-wsgi, Mangum).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.cold_start import EVENT
from benchmarks.compare import describe_machine
from benchmarks.load import cpu_seconds
from benchmarks.peer_servers import PEER_BIN
from benchmarks.pinned_server import PASSWORD, ROOT, SECRET_KEY
from deploy.bytecode import compile_modules, find_python
from deploy.package import PYTHON_VERSION, build_package, install_wheels, local_architecture, write_archive
from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction

# https://aws.amazon.com/lambda/pricing/, arm64, us-east-1, November 2026: dollars a GB-second, and for each million
# requests. A function has one CPU with 1,769 MB of memory, and a part of one with less.
GIGABYTE_SECOND, MILLION_REQUESTS = 0.0000133334, 0.20
MEGABYTES_OF_A_CPU = 1_769
MEMORY_SIZES = (512, 1_024)

PEERS = {
    "stock DRF": ("Django", "djangorestframework", "djangorestframework-simplejwt", "apig-wsgi"),
    "FastAPI": ("fastapi", "sqlalchemy[asyncio]", "PyJWT", "mangum"),
}
USER = {"small": 20}
REQUESTS = 100


class Target(NamedTuple):
    """A function, the token of a user with 20 todos, and the id of one of them."""

    name: str
    function: EmulatedFunction
    token: str
    todo: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, help="a JSON file for the results")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lambda-cost-")))
        targets = [stack.enter_context(start_project(folder))]
        targets += [stack.enter_context(start_peer(name, folder)) for name in PEERS]
        rows = [row for call in ("list of 20", "one todo", "create") for row in measure(call, targets, options.rounds)]
    for row in rows:
        cost = ", ".join(f"${dollars:.2f} at {memory} MB" for memory, dollars in row["dollars"].items())
        print(f"{row['call']:12} {row['server']:13} CPU {row['cpu_ms']:6.2f} ms   {row['memory_mb']} MB   {cost}")
    if options.output:
        options.output.write_text(json.dumps({"machine": describe_machine(), "rows": rows}, indent=1) + "\n")


def measure(call: str, targets: list[Target], rounds: int) -> Iterator[dict[str, Any]]:
    """Yield a row for each target, with medians. The targets take turns, and the first round only warms them up."""
    events = {
        "list of 20": lambda target: build_event("GET", "/todos/", target.token),
        "one todo": lambda target: build_event("GET", f"/todos/{target.todo}/", target.token),
        "create": lambda target: build_event("POST", "/todos/", target.token, {"title": "Buy milk"}),
    }
    turns = [[measure_cpu(target, events[call](target)) for target in targets] for _ in range(rounds + 1)][1:]
    for target, values in zip(targets, zip(*turns, strict=True), strict=True):
        cpu_ms = statistics.median(values)
        dollars = {memory: price(cpu_ms, memory) for memory in MEMORY_SIZES}
        memory = target.function.instances[0].peak_megabytes()
        yield {"call": call, "server": target.name, "cpu_ms": cpu_ms, "memory_mb": memory, "dollars": dollars}


def price(cpu_ms: float, memory: int) -> float:
    """Return the dollars for a million requests. Lambda bills whole milliseconds."""
    billed = ceil(cpu_ms * MEGABYTES_OF_A_CPU / memory)
    return MILLION_REQUESTS + billed * 1_000 * memory / 1_024 * GIGABYTE_SECOND


def measure_cpu(target: Target, event: dict[str, Any]) -> float:
    [pid] = [instance.python_pid for instance in target.function.instances]
    began = cpu_seconds([pid])  # type: ignore[list-item]
    for _ in range(REQUESTS):
        invoke(target.function, event)
    return (cpu_seconds([pid]) - began) * 1_000 / REQUESTS  # type: ignore[list-item]


def invoke(function: EmulatedFunction, event: dict[str, Any]) -> Any:
    result = function.invoke(event)
    response = json.loads(result.payload)
    if result.error or response["statusCode"] >= 300:
        sys.exit(f"The function failed: {result.payload.decode()[:500]}\n{result.log[-2000:]}")
    return json.loads(response["body"])


def build_event(method: str, path: str, token: str = "", body: Any = None) -> dict[str, Any]:
    headers = {"Host": "localhost", "Accept": "application/json", "Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    context = EVENT["requestContext"] | {"path": f"/dev{path}", "httpMethod": method, "resourcePath": path}
    return EVENT | {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": context,
        "body": None if body is None else json.dumps(body),
    }


@contextmanager
def start_project(folder: Path) -> Iterator[Target]:
    package = build_package(folder / "project.zip", architecture=local_architecture())
    with EmulatedFunction(package, environment=local_stage_environment(), max_instances=1) as function:
        credentials = {"email": "small@example.com", "password": PASSWORD}
        token = invoke(function, build_event("POST", "/auth/signup/", body=credentials))["token"]
        todos = [{"title": f"Buy milk {number}"} for number in range(USER["small"])]
        [first, *_] = invoke(function, build_event("POST", "/todos/", token, todos))
        yield Target("this project", function, token, first["id"])


@contextmanager
def start_peer(name: str, folder: Path) -> Iterator[Target]:
    content = folder / name.replace(" ", "-")
    modules = content / "benchmarks" / "peers"
    shutil.copytree(ROOT / "benchmarks" / "peers", modules, ignore=shutil.ignore_patterns("__pycache__"))
    variables = {"SECRET_KEY": SECRET_KEY, "DJANGO_SETTINGS_MODULE": "benchmarks.peers.django_peer.settings"}
    token = create_database(content, variables)
    install_wheels(content, local_architecture(), *list_versions(PEERS[name]))
    python = find_python(PYTHON_VERSION)
    if python is None:
        sys.exit(f"Python {PYTHON_VERSION} was not found.")
    compile_modules(content, python)
    write_archive(folder / f"{content.name}.zip", content)
    with EmulatedFunction(
        folder / f"{content.name}.zip",
        environment=variables | {"PEER": name, "ROOT_URLCONF": "benchmarks.peers.django_peer.drf"},
        handler="benchmarks.peers.lambda_functions.handler",
        max_instances=1,
    ) as function:
        [first, *_] = invoke(function, build_event("GET", "/todos/", token))
        yield Target(name, function, token, first["id"])


def create_database(content: Path, variables: dict[str, str]) -> str:
    """Create the peer's database; return its user's token."""
    url = f"sqlite:///{content}/benchmark.sqlite3"
    environment = os.environ | variables | {"DATABASE_URL": url, "ROOT_URLCONF": "benchmarks.peers.django_peer.drf"}
    command = [str(PEER_BIN / "python"), "-m", "benchmarks.peers.django_peer.prepare", json.dumps(USER)]
    prepared = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return str(json.loads(prepared.stdout.splitlines()[-1])["small"])


def list_versions(names: tuple[str, ...]) -> list[str]:
    """Return packages with their versions in the peers' environment."""
    pinned = (ROOT / "benchmarks" / "peers" / "requirements.txt").read_text().splitlines()
    return [line.partition("  #")[0] for line in pinned if line.partition("==")[0] in names]


if __name__ == "__main__":
    main()
