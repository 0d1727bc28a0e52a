"""Refuses commands that Zappa would end with a traceback, or with status 0 although it did nothing."""

import sys
from typing import Any

import click


def require_confirmation(cli: Any) -> None:
    """Refuse a command that asks for confirmation where nobody can answer."""
    if cli.command in {"undeploy", "certify"} and not cli.vargs.get("yes") and not can_answer():
        command = f"zappa {cli.command} {cli.api_stage}"
        raise click.ClickException(f"{command} asks for confirmation, but there is no terminal: add --yes.")


def can_answer() -> bool:
    """Return whether the standard input is a terminal, or has an answer, as in `echo y | zappa undeploy dev`."""
    stdin: Any = sys.stdin
    return stdin is not None and (stdin.isatty() or bool(stdin.buffer.peek(1)))


def require_earlier_version(cli: Any) -> None:
    """Refuse a rollback to a version that does not exist."""
    client, steps = cli.zappa.lambda_client, cli.vargs["num_rollback"]
    try:
        versions = client.list_versions_by_function(FunctionName=cli.lambda_name)["Versions"]
    except client.exceptions.ResourceNotFoundException:
        versions = []
    count = sum(version["Version"] != "$LATEST" for version in versions)
    if count <= steps:
        needed = f"{count} of the {steps + 1} versions needed exist"
        problem = f"{cli.lambda_name} cannot be rolled back by {steps}: {needed}"
        raise click.ClickException(f"{problem}. Check out the earlier code, and run zappa update {cli.api_stage}.")
