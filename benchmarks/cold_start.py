"""Cold start: from the start of a function's process to its first answer, with bytecode and without.

Both packages run in turn, in the local Lambda; medians count, and their ratio, for the machine may be busy.
"""

import argparse
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from deploy.package import build
from deploy.stages import local_environment
from lambda_emulator.function import Function

# `-X importtime`: "import time: self [us] | cumulative | imported package", on standard error.
IMPORT_TIME = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")
SHOWN = 12

EVENT = {
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
    rounds = parser.parse_args().rounds
    with TemporaryDirectory(prefix="cold-start-") as temporary:
        usual = build(Path(temporary) / "package.zip", architecture=here())
        packages = {"bytecode": usual, "no bytecode": without_bytecode(usual)}
        seconds = measured(packages, rounds)
        print(f"process start to first answer, {rounds} rounds, interleaved")
        for name, values in seconds.items():
            low, high = min(values), max(values)
            print(f"  {name:12} median {statistics.median(values):.3f} s   ({low:.3f} to {high:.3f})")
        ratio = statistics.median(seconds["bytecode"]) / statistics.median(seconds["no bytecode"])
        print(f"  ratio        {ratio:.2f}")
        print_parts(usual)


def here() -> str:
    import platform

    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


def without_bytecode(package: Path) -> Path:
    """Return the same package as it is without the step that compiles it."""
    other = package.with_name("without.zip")
    with ZipFile(package) as source, ZipFile(other, "w") as target:
        for info in source.infolist():
            if not info.filename.endswith(".pyc"):
                target.writestr(info, source.read(info))
    return other


def measured(packages: dict[str, Path], rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in packages}
    functions = {name: Function(path, environment=local_environment(), instances=1) for name, path in packages.items()}
    try:
        for _ in range(rounds + 1):  # The first round fills the disk's cache, and does not count.
            for name, function in functions.items():
                function.cold()
                seconds[name].append(first_answer(function))
    finally:
        for function in functions.values():
            function.close()
    return {name: values[1:] for name, values in seconds.items()}


def first_answer(function: Function) -> float:
    began = time.perf_counter()
    invocation = function.invoke(EVENT)
    if invocation.error or b'"statusCode": 200' not in invocation.payload:
        sys.exit(f"The function failed: {invocation.payload.decode()[:500]}\n{invocation.log[-2000:]}")
    return time.perf_counter() - began


def print_parts(package: Path) -> None:
    """Print where the time of the imports goes, by top-level package; measuring adds to it."""
    with Function(package, environment=local_environment() | {"PYTHONPROFILEIMPORTTIME": "1"}, instances=1) as function:
        first_answer(function)
        lines = IMPORT_TIME.findall(function.log.read_text())
    parts: Counter[str] = Counter()
    for microseconds, name in lines:
        top = name.partition(".")[0]
        parts["standard library" if top in sys.stdlib_module_names else top] += int(microseconds)
    total = parts.total()
    print(f"imports: {len(lines)} modules, {total / 1000:.0f} ms with the profiler on")
    for name, microseconds in parts.most_common(SHOWN):
        print(f"  {microseconds / total:4.0%}  {microseconds / 1000:6.0f} ms  {name}")


if __name__ == "__main__":
    main()
