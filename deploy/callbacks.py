"""What Zappa calls while it works; zappa_settings.json names these."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # Zappa imports this file by its path alone.

from deploy import package as packaging  # noqa: E402
from deploy.secret_settings import secret_settings  # noqa: E402


def configure(cli: Any) -> None:
    """Complete the settings, once Zappa has read them, for every command."""
    if cli.api_stage == "base":
        raise click.ClickException("base is what the stages share; name one of them, such as dev.")
    warnings.filterwarnings("ignore", "Setuptools is replacing distutils")  # Zappa's import of pip says so each time.
    os.environ.setdefault("VIRTUAL_ENV", sys.prefix)  # Zappa insists on one; this is where it runs.
    if architecture := os.environ.get("LAMBDA_ARCHITECTURE"):
        if architecture not in packaging.MACHINES:
            raise click.ClickException(f"LAMBDA_ARCHITECTURE is {architecture!r}; set it to arm64 or x86_64.")
        cli.architecture = cli.zappa.architecture = architecture
    if cli.command in {"deploy", "update"}:
        cli.s3_bucket_name = cli.stage_config.get("s3_bucket") or bucket_name(cli)
        required = cli.aws_environment_variables.get("DATABASE_REQUIRED") == "1"
        file, deployed = ROOT / f".env.{cli.api_stage}", deployed_variables(cli)
        secret = secret_settings(cli.api_stage, file, required=required, deployed=deployed)
        cli.aws_environment_variables = cli.aws_environment_variables | secret


def deployed_variables(cli: Any) -> dict[str, str]:
    """Return the variables of the function as it is deployed; none, where it is not."""
    try:
        found = cli.zappa.lambda_client.get_function_configuration(FunctionName=cli.lambda_name)
    except cli.zappa.lambda_client.exceptions.ResourceNotFoundException:
        return {}
    return found.get("Environment", {}).get("Variables", {})


def bucket_name(cli: Any) -> str:
    """Return one bucket for each account and region; Zappa alone would make another at each deployment."""
    try:
        account = cli.zappa.sts_client.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise click.ClickException(f"AWS does not know you: {error}. Set valid credentials.") from None
    return f"{cli.project_name}-{account}-{cli.zappa.aws_region}"


def package(cli: Any) -> None:
    """Put the real content into the archive, once Zappa has made it."""
    click.echo(f"Building for {cli.runtime} on {cli.architecture}..")
    packaging.fill(ROOT / cli.zip_path, architecture=cli.architecture)
