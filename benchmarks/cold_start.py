"""Measures the cold start: from the start of a function's process to its first response.

The package is compared with a copy without bytecode, or with `--other`, a package of another version. Both run
alternately in the emulator. Compare the medians and their ratio: a busy machine slows down both.
"""

import argparse
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from deploy.package import build_package, local_architecture
from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction

# The format of `-X importtime`: "import time: self [us] | cumulative | imported package", on standard error.
IMPORT_TIME = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")
SHOWN_PACKAGES = 12
MEMORY = re.compile(r"Max Memory Used: (\d+) MB")  # in the line that Lambda logs for each call

EVENT: dict[str, Any] = {
    "httpMethod": "GET",
    "path": "/health/",
    "headers": {"Host": "localhost"},
    "multiValueHeaders": {"Host": ["localhost"]},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "requestContext": {"stage": "dev", "path": "/dev/health/", "identity": {"sourceIp": "127.0.0.1"}},
    "body": None,
    "isBase64Encoded": False,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--other", type=Path, help="a package of another version")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="cold-start-") as temporary:
        package = build_package(Path(temporary) / "package.zip", architecture=local_architecture())
        other, name = (options.other, "other") if options.other else (copy_without_bytecode(package), "no bytecode")
        seconds, megabytes = measure({"package": package, name: other}, options.rounds)
        print(f"process start to first response, {options.rounds} rounds, interleaved")
        for name, values in seconds.items():
            low, high, memory = min(values), max(values), statistics.median(megabytes[name])
            print(f"  {name:12} median {statistics.median(values):.3f} s ({low:.3f} to {high:.3f}), {memory:.0f} MB")
        ratio = statistics.median(seconds["package"]) / statistics.median(seconds[name])
        print(f"  ratio        {ratio:.2f}")
        print_imports(package)


def copy_without_bytecode(package: Path) -> Path:
    """Write a copy of a package without bytecode."""
    other = package.with_name("without.zip")
    with ZipFile(package) as source, ZipFile(other, "w") as target:
        for info in source.infolist():
            if not info.filename.endswith(".pyc"):
                target.writestr(info, source.read(info))
    return other


def measure(packages: dict[str, Path], rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the seconds and the peak memory in megabytes of each round."""
    seconds: dict[str, list[float]] = {name: [] for name in packages}
    megabytes: dict[str, list[float]] = {name: [] for name in packages}
    environment = local_stage_environment()
    functions = {
        name: EmulatedFunction(path, environment=environment, max_instances=1) for name, path in packages.items()
    }
    try:
        for _ in range(rounds + 1):  # The first round only warms the disk cache.
            for name, function in functions.items():
                function.discard_instances()
                seconds[name].append(time_first_response(function))
                megabytes[name].append(float(MEMORY.findall(function.log.read_text())[-1]))
    finally:
        for function in functions.values():
            function.close()
    return {name: values[1:] for name, values in seconds.items()}, megabytes


def time_first_response(function: EmulatedFunction) -> float:
    """Return how many seconds the first call of a new instance takes."""
    began = time.perf_counter()
    result = function.invoke(EVENT)
    if result.error or b'"statusCode": 200' not in result.payload:
        sys.exit(f"The function failed: {result.payload.decode()[:500]}\n{result.log[-2000:]}")
    return time.perf_counter() - began


def print_imports(package: Path) -> None:
    """Print the import times by top-level package; profiling makes them longer."""
    environment = local_stage_environment() | {"PYTHONPROFILEIMPORTTIME": "1"}
    with EmulatedFunction(package, environment=environment, max_instances=1) as function:
        time_first_response(function)
        lines = IMPORT_TIME.findall(function.log.read_text())
    parts: Counter[str] = Counter()
    for microseconds, name in lines:
        top = name.partition(".")[0]
        parts["standard library" if top in sys.stdlib_module_names else top] += int(microseconds)
    total = parts.total()
    print(f"imports: {len(lines)} modules, {total / 1000:.0f} ms with the profiler on")
    for name, microseconds in parts.most_common(SHOWN_PACKAGES):
        print(f"  {microseconds / total:4.0%}  {microseconds / 1000:6.0f} ms  {name}")


if __name__ == "__main__":
    main()
