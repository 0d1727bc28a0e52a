"""The secrets of a stage, given to its function and written into no package."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click
from django.core.exceptions import ImproperlyConfigured

from todoproject.config.databases import parse_database_url
from todoproject.config.rules import DATABASE_URL_EXAMPLE
from todoproject.config.secret_key import HOW_TO_MAKE_ONE, require_strong_key

NAMES = ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL")


def secret_settings(stage: str, file: Path, *, required: bool, deployed: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets for a stage's function: from the deployer's environment, else the stage's file.

    What neither has is kept as it is `deployed`.

    Where data must last (`required`) both SECRET_KEY and DATABASE_URL have to be given; else a key is made once and
    kept in the file. Raises ClickException, with what to do, for one that is missing or unfit.
    """
    written, exported = read(file), {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    for name in written.keys() & exported.keys():
        if written[name] != exported[name]:
            raise click.ClickException(f"{name} differs between your environment and {file.name}; unset one of them.")
    given = {name: (deployed[name], "what is deployed") for name in NAMES if name in deployed}
    given |= {name: (value, file.name) for name, value in written.items()}
    given |= {name: (value, "your environment") for name, value in exported.items()}
    if "SECRET_KEY" not in given and not required:
        given["SECRET_KEY"] = (kept_in(file), f"{file.name}, where it was made and is kept")
    for name in ("SECRET_KEY", "DATABASE_URL") if required else ("SECRET_KEY",):
        if name not in given:
            example = HOW_TO_MAKE_ONE if name == "SECRET_KEY" else f"it looks like {DATABASE_URL_EXAMPLE}"
            where = f"set it in your environment or in {file.name}, as a line {name}=..."
            raise click.ClickException(f"{name} is missing, and {stage} needs one: {where} ({example}).")
    values = {name: value for name, (value, _) in given.items()}
    try:
        require_strong_key(values["SECRET_KEY"], production=True)
        parse_database_url(values.get("DATABASE_URL", ""), default=Path())
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from None
    for name, (_, source) in sorted(given.items()):
        click.echo(f"{name} for {stage}: from {source}.")
    return values


def read(file: Path) -> dict[str, str]:
    """Read lines of NAME=value; empty lines and comments are left out."""
    lines = file.read_text().splitlines() if file.exists() else []
    given = {}
    for number, line in enumerate(lines, start=1):
        name, separator, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if name.strip() not in NAMES or not separator:
            known = f"lines are {' or '.join(f'{name}=...' for name in NAMES)}"
            elsewhere = "other settings go into zappa_settings.json, as aws_environment_variables"
            raise click.ClickException(f"Line {number} of {file.name} is not understood: {known}; {elsewhere}.")
        given[name.strip()] = value.strip().strip("\"'")
    return {name: value for name, value in given.items() if value}


def kept_in(file: Path) -> str:
    """Make a key, and keep it in the stage's file, which nobody else can read."""
    key = secrets.token_urlsafe(50)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+") as kept:
        os.fchmod(kept.fileno(), 0o600)
        lines = kept.read().splitlines()
        kept.seek(0)
        kept.write("\n".join([*lines, f"SECRET_KEY={key}"]) + "\n")
    return key
