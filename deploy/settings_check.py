"""Loads the settings with the variables that a function will have, to find an invalid one before the upload."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import click

from deploy.secret_settings import DEPLOYED, NAMES
from deploy.stages import ZAPPA_SETTINGS

ROOT = Path(__file__).resolve().parent.parent


def check_settings(stage: str, variables: Mapping[str, str], sources: Mapping[str, str]) -> None:
    """Raise ClickException, with one line, if the application would not start with a function's variables.

    `sources` says where each variable comes from. The error never shows a secret.
    """
    for name, value in variables.items():
        if not isinstance(value, str):
            raise click.ClickException(f"{name} in {ZAPPA_SETTINGS.name} is {value!r}; write a text in quotes.")
    with TemporaryDirectory(prefix="todo-settings-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.start_application"],
            cwd=ROOT,
            env=build_environment(variables, folder),
            capture_output=True,
            text=True,
        )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1].removeprefix("Not started: ")
        source = describe_source(stage, reason, sources)
        raise click.ClickException(f"{stage} would not start: {reason} {source}".strip())


def build_environment(variables: Mapping[str, str], folder: str) -> dict[str, str]:
    """Return a function's environment on this machine: its variables and Lambda's own, and nothing of this process's.

    Without DATABASE_URL a function copies the package's database to /tmp. Here it is a file in `folder` instead, which
    also replaces /tmp.
    """
    environment = {**variables, "AWS_LAMBDA_FUNCTION_NAME": "settings-check"}
    if not variables.get("DATABASE_URL"):
        environment |= {"TMPDIR": folder, "DATABASE_URL": f"sqlite:///{quote(folder)}/db.sqlite3"}
    return environment


def describe_source(stage: str, reason: str, sources: Mapping[str, str]) -> str:
    """Say where the variable comes from that a refusal begins with, and how to replace or remove it."""
    match = re.match("[A-Z][A-Z_]+ ", reason)
    if match is None:
        return ""
    name = match[0].strip()
    place = f".env.{stage}" if name in NAMES else f"{stage}'s aws_environment_variables in {ZAPPA_SETTINGS.name}"
    if name not in sources:
        return f"Set {name} in {place}."
    if sources[name] != DEPLOYED:
        return f"{name} comes from {sources[name]}."
    removal = "delete it in the Lambda console (Configuration, Environment variables)"
    return f"{name} comes from {DEPLOYED}, which keeps it: set another in {place}, or {removal}."
