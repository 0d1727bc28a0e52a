"""Callbacks that Zappa runs during its commands; zappa_settings.json names them."""

import os
import sys
import warnings
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # Zappa imports this file by its path, without the project on sys.path.

from deploy.command_checks import require_confirmation, require_earlier_version  # noqa: E402
from deploy.package import MACHINES, PYTHON_VERSION, fill_package  # noqa: E402
from deploy.secret_settings import DEPLOYED, NAMES, collect_secrets, find_given_secrets  # noqa: E402
from deploy.settings_check import check_settings  # noqa: E402
from deploy.stages import ZAPPA_SETTINGS  # noqa: E402
from todoproject.config.rules import DATABASE_URL_EXAMPLE  # noqa: E402


def complete_settings(cli: Any) -> None:
    """Check and complete the settings that Zappa has read. Runs at the start of every command."""
    warnings.filterwarnings(
        "ignore", "Setuptools is replacing distutils"
    )  # Zappa's import of pip warns at every command.
    if cli.api_stage == "base":
        raise click.ClickException(
            "base is not a stage, but the settings that all stages share. Use dev or production."
        )
    require_confirmation(cli)
    os.environ["VIRTUAL_ENV"] = sys.prefix  # Zappa requires it: the environment that Zappa runs in.
    cli.zappa.attach_policy = cli.zappa.attach_policy.replace("FUNCTION", cli.lambda_name)
    if architecture := os.environ.get("LAMBDA_ARCHITECTURE"):
        if architecture not in MACHINES:
            raise click.ClickException(f"LAMBDA_ARCHITECTURE is {architecture!r}; set it to arm64 or x86_64.")
        cli.architecture = cli.zappa.architecture = architecture
    if cli.command in {"deploy", "update"}:
        complete_upload_settings(cli)
    elif cli.command == "package":
        check_package_settings(cli)
    elif cli.command == "rollback":
        require_earlier_version(cli)


def check_package_settings(cli: Any) -> None:
    """Check the stage's variables. A package is built without its secrets."""
    variables = cli.aws_environment_variables | cli.environment_variables
    secrets = {"SECRET_KEY": token_urlsafe(50), "DATABASE_URL": DATABASE_URL_EXAMPLE}
    check_settings(cli.api_stage, secrets | variables, dict.fromkeys(variables, ZAPPA_SETTINGS.name))


def complete_upload_settings(cli: Any) -> None:
    """Add the bucket that the package is uploaded to, and the function's secrets, and check its settings."""
    cli.s3_bucket_name = cli.stage_config.get("s3_bucket") or get_bucket_name(cli)
    deployed = get_deployed_configuration(cli)
    require_same_architecture(cli, deployed)
    complete_variables(cli, deployed.get("Environment", {}).get("Variables", {}))


def complete_variables(cli: Any, deployed: dict[str, str]) -> None:
    """Add the secrets to the function's variables, and check its settings with all variables that it will have.

    Zappa keeps the deployed variables that are not set again.
    """
    stage_variables, file = cli.aws_environment_variables, ROOT / f".env.{cli.api_stage}"
    kept = {name: value for name, value in deployed.items() if name not in stage_variables}
    for name in sorted(kept.keys() - set(NAMES)):
        click.echo(f"{name} for {cli.api_stage}: from {DEPLOYED}.")
    is_required = stage_variables.get("DATABASE_REQUIRED") == "1"
    secrets = collect_secrets(cli.api_stage, file, required=is_required, deployed=kept)
    cli.aws_environment_variables = stage_variables | secrets
    sources = dict.fromkeys(kept, DEPLOYED) | dict.fromkeys(stage_variables, ZAPPA_SETTINGS.name)
    sources |= find_given_secrets(file) | dict.fromkeys(cli.environment_variables, ZAPPA_SETTINGS.name)
    check_settings(cli.api_stage, kept | cli.aws_environment_variables | cli.environment_variables, sources)


def require_same_architecture(cli: Any, deployed: dict[str, Any]) -> None:
    """Refuse a package for another architecture: AWS cannot change that of a deployed function."""
    [architecture] = deployed.get("Architectures", [cli.architecture])
    if architecture != cli.architecture:
        difference = f"{cli.lambda_name} runs on {architecture}, but this package would be for {cli.architecture}"
        raise click.ClickException(f"{difference}; set LAMBDA_ARCHITECTURE={architecture}, or undeploy first.")


def get_deployed_configuration(cli: Any) -> dict[str, Any]:
    """Return the configuration of the deployed function, or {} if it is not deployed."""
    try:
        return cli.zappa.lambda_client.get_function_configuration(FunctionName=cli.lambda_name)
    except cli.zappa.lambda_client.exceptions.ResourceNotFoundException:
        return {}


def get_bucket_name(cli: Any) -> str:
    """Return the name of one bucket per account and region; Zappa would create a new one at each deployment.

    Bucket names are global, so a bucket of this name may belong to another account. It is refused.
    """
    try:
        account = cli.zappa.sts_client.get_caller_identity()["Account"]
        name = f"{cli.project_name}-{account}-{cli.zappa.aws_region}"
        cli.zappa.s3_client.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return name
        if error.operation_name == "HeadBucket":
            reason = "it belongs to another account, or your credentials do not allow s3:ListBucket for it"
            remedy = "Set s3_bucket in zappa_settings.json to another name, or allow s3:ListBucket"
            raise click.ClickException(f"The bucket {name} cannot be used: {reason}. {remedy}.") from None
        raise click.ClickException(f"AWS refused your credentials: {error}. Set valid ones.") from None
    except BotoCoreError as error:
        raise click.ClickException(
            f"AWS could not be called: {error}. Check your credentials, region and network."
        ) from None
    return name


def replace_archive(cli: Any) -> None:
    """Replace Zappa's archive with the real package."""
    click.echo(f"Building for Python {PYTHON_VERSION} on {cli.architecture}..")
    archive = ROOT / cli.zip_path
    try:
        fill_package(archive, architecture=cli.architecture)
    except click.ClickException:
        archive.unlink()  # Zappa's own archive would not work.
        raise
