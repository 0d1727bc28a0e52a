"""What Lambda puts beside a package: Python itself, the runtime client and boto3."""

import hashlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import NamedTuple

from deploy.bytecode import target_python
from deploy.stages import python_version

ROOT = Path(__file__).resolve().parents[1]
VERSION = python_version()
CLIENT = "awslambdaric==4.2.2"  # the client that Lambda itself runs
PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,.-]+\])?(==[\w.]+)", re.MULTILINE)


class Runtime(NamedTuple):
    """Folders as Lambda has them: `lang` is /var/lang, `libraries` is /var/runtime."""

    python: Path
    lang: Path
    libraries: Path


@cache
def lambda_runtime() -> Runtime:
    """Return the runtime, installed at the first use; raise RuntimeError with one line if this machine lacks Python."""
    python = target_python(VERSION)
    if python is None:
        raise RuntimeError(f"Python {VERSION}, which Lambda runs, is missing; install it or name it in PYTHON_LAMBDA.")
    question = "import sys; print(sys.base_prefix)"
    lang = subprocess.run([python, "-c", question], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return Runtime(python, Path(lang.strip()), installed(python))


def installed(python: Path) -> Path:
    """Return the folder of the client and boto3 at the pinned versions; it is made aside and renamed, so never half."""
    pins = constraints((ROOT / "requirements.txt").read_text())
    key = hashlib.sha256("\n".join([str(python), CLIENT, pins]).encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"lambda-runtime-{VERSION}-{key}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        aside = Path(mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
        try:
            install(python, aside, pins)
            aside.rename(folder)
        except OSError:  # Another process was first: a folder that has files cannot be replaced.
            if not folder.exists():
                raise
        finally:
            rmtree(aside, ignore_errors=True)
    return folder


def constraints(requirements: str) -> str:
    """Return the pins of requirements as constraints, which may name no extras."""
    return "\n".join(name + pin for name, pin in PINNED.findall(requirements))


def install(python: Path, folder: Path, pins: str) -> None:
    """Install the client and boto3 for `python`, with this interpreter's pip."""
    (folder / "constraints.txt").write_text(pins)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    where = ["--target", str(folder), "--constraint", str(folder / "constraints.txt")]
    done = subprocess.run([*pip, *where, CLIENT, "boto3"], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"The Lambda runtime could not be installed: {done.stderr.strip().splitlines()[-1]}")
    folder.chmod(0o755)
