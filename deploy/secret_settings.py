"""Collects the secrets of a stage, which become variables of its function and are never written into the package."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from todoproject.config.rules import DATABASE_URL_EXAMPLE
from todoproject.config.secret_key import KEY_COMMAND_HINT

NAMES = ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL")
DEPLOYED = "the deployed function"


def collect_secrets(stage: str, file: Path, *, required: bool, deployed: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets of a stage: from the environment, else the stage's file, else the deployed function.

    With `required` (for stages with durable data), SECRET_KEY and DATABASE_URL must be set; otherwise a missing key is
    generated and stored in the file. Raises ClickException, with the remedy, for a secret that is missing, or set to
    different values in the environment and the file.
    """
    in_file, exported = read_secrets_file(file), read_exported_secrets()
    for name in in_file.keys() & exported.keys():
        if in_file[name] != exported[name]:
            raise click.ClickException(f"{name} differs between your environment and {file.name}; unset one of them.")
    sources = {name: DEPLOYED for name in NAMES if name in deployed} | find_given_secrets(file)
    values = {name: {**deployed, **in_file, **exported}[name] for name in sources}
    if "SECRET_KEY" not in values and not required:
        values["SECRET_KEY"], sources["SECRET_KEY"] = add_new_key(file), f"{file.name} (newly generated)"
    require_secrets(stage, file, values, required=required)
    for name, source in sorted(sources.items()):
        click.echo(f"{name} for {stage}: from {source}.")
    return values


def read_exported_secrets() -> dict[str, str]:
    return {name: os.environ[name] for name in NAMES if os.environ.get(name)}


def find_given_secrets(file: Path) -> dict[str, str]:
    """Return where each secret is set, of those in the stage's file or the environment."""
    exported = dict.fromkeys(read_exported_secrets(), "your environment")
    return dict.fromkeys(read_secrets_file(file), file.name) | exported


def require_secrets(stage: str, file: Path, values: Mapping[str, str], *, required: bool) -> None:
    """Raise ClickException for the first secret that is missing."""
    examples = {"SECRET_KEY": KEY_COMMAND_HINT} | (
        {"DATABASE_URL": f"it looks like {DATABASE_URL_EXAMPLE}"} if required else {}
    )
    for name, example in examples.items():
        if name not in values:
            remedy = f"set it in your environment or in {file.name}, as a line {name}=..."
            raise click.ClickException(f"{name} is missing, and {stage} requires it: {remedy} ({example}).")


def read_secrets_file(file: Path) -> dict[str, str]:
    """Read lines of NAME=value; ignore empty lines and comments."""
    lines = file.read_text().splitlines() if file.exists() else []
    given = {}
    for number, line in enumerate(lines, start=1):
        name, separator, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if name.strip() not in NAMES or not separator:
            known = f"use {' or '.join(f'{name}=...' for name in NAMES)}"
            others = "other settings go into zappa_settings.json, as aws_environment_variables"
            raise click.ClickException(f"Line {number} of {file.name} is invalid: {known}; {others}.")
        given[name.strip()] = value.strip().strip("\"'")
    return {name: value for name, value in given.items() if value}


def add_new_key(file: Path) -> str:
    """Generate a SECRET_KEY, and add it to the file, which only its owner can read afterwards."""
    key = secrets.token_urlsafe(50)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+") as opened:
        os.fchmod(opened.fileno(), 0o600)
        lines = opened.read().splitlines()
        opened.seek(0)
        opened.write("\n".join([*lines, f"SECRET_KEY={key}"]) + "\n")
    return key
