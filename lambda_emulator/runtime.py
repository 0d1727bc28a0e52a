"""Provides what Lambda's runtime adds to a package: Python, the runtime client and boto3."""

import hashlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import NamedTuple

from deploy.bytecode import find_python
from deploy.stages import lambda_python_version

ROOT = Path(__file__).resolve().parents[1]
PYTHON_VERSION = lambda_python_version()
RUNTIME_CLIENT = "awslambdaric==4.2.2"  # the client that Lambda itself runs
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?(==[\w.]+)", re.MULTILINE)


class Runtime(NamedTuple):
    """The interpreter, and the folders that Lambda has at /var/lang (Python) and /var/runtime (libraries)."""

    python: Path
    python_folder: Path
    libraries_folder: Path


@cache
def lambda_runtime() -> Runtime:
    """Return the runtime, installing it at the first use. Raises RuntimeError if the right Python is missing."""
    python = find_python(PYTHON_VERSION)
    if python is None:
        raise RuntimeError(
            f"Python {PYTHON_VERSION}, which Lambda uses, was not found. Install it, or set PYTHON_LAMBDA to its path."
        )
    print_prefix = "import sys; print(sys.base_prefix)"
    prefix = subprocess.run([python, "-c", print_prefix], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return Runtime(python, Path(prefix.strip()), install_libraries_once(python))


def install_libraries_once(python: Path) -> Path:
    """Return the folder of the runtime client and boto3 at the pinned versions, installing it if it does not exist.

    They are installed into a temporary folder, which is then renamed, so that an incomplete folder is never used.
    """
    constraints = pins_without_extras((ROOT / "requirements.txt").read_text())
    key = hashlib.sha256("\n".join([str(python), RUNTIME_CLIENT, constraints]).encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"lambda-runtime-{PYTHON_VERSION}-{key}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        temporary = Path(mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
        try:
            install_libraries(python, temporary, constraints)
            temporary.rename(folder)
        except OSError:  # Another process was first: a folder with files cannot be replaced.
            if not folder.exists():
                raise
        finally:
            rmtree(temporary, ignore_errors=True)
    return folder


def pins_without_extras(requirements: str) -> str:
    """Return the exact constraints of a requirements file, without extras, which pip does not allow in constraints."""
    return "\n".join(name + pin for name, pin in PINNED.findall(requirements))


def install_libraries(python: Path, folder: Path, constraints: str) -> None:
    """Install the runtime client and boto3 for `python` into `folder`, with the versions of `constraints`.

    Raises RuntimeError if this interpreter's pip fails.
    """
    (folder / "constraints.txt").write_text(constraints)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    options = ["--target", str(folder), "--constraint", str(folder / "constraints.txt")]
    done = subprocess.run([*pip, *options, RUNTIME_CLIENT, "boto3"], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        reason = done.stderr.strip() or f"pip ended with status {done.returncode}"
        raise RuntimeError(f"The Lambda runtime could not be installed: {reason.splitlines()[-1]}")
    folder.chmod(0o755)
