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
    warnings.filterwarnings("ignore", "Setuptools is replacing distutils")  # Zappa's import of pip says so each time.
    if cli.api_stage == "base":
        raise click.ClickException("base is what the stages share; name one of them, such as dev.")
    os.environ["VIRTUAL_ENV"] = sys.prefix  # Zappa insists on one; this is where it runs.
    cli.zappa.attach_policy = cli.zappa.attach_policy.replace("FUNCTION", cli.lambda_name)
    if architecture := os.environ.get("LAMBDA_ARCHITECTURE"):
        if architecture not in packaging.MACHINES:
            raise click.ClickException(f"LAMBDA_ARCHITECTURE is {architecture!r}; set it to arm64 or x86_64.")
        cli.architecture = cli.zappa.architecture = architecture
    if cli.command in {"deploy", "update"}:
        complete_for_upload(cli)


def complete_for_upload(cli: Any) -> None:
    """Add the bucket that the package goes through, and the secrets that the function is given."""
    cli.s3_bucket_name = cli.stage_config.get("s3_bucket") or bucket_name(cli)
    deployed = deployed_configuration(cli)
    architectures = deployed.get("Architectures", [cli.architecture])
    if architectures != [cli.architecture]:
        here = f"{cli.lambda_name} runs on {architectures[0]}, and this would be a package for {cli.architecture}"
        raise click.ClickException(f"{here}; set LAMBDA_ARCHITECTURE={architectures[0]}, or undeploy it first.")
    variables, deployed_variables = cli.aws_environment_variables, deployed.get("Environment", {}).get("Variables", {})
    cli.aws_environment_variables = variables | secret_settings(
        cli.api_stage,
        ROOT / f".env.{cli.api_stage}",
        required=variables.get("DATABASE_REQUIRED") == "1",
        deployed=deployed_variables,
    )
    if "EMAIL_URL" in cli.aws_environment_variables and "PUBLIC_URL" not in variables | deployed_variables:
        where = f"add it to the aws_environment_variables of {cli.api_stage} in zappa_settings.json"
        raise click.ClickException(f"EMAIL_URL is set, but not PUBLIC_URL, which links in mails begin with: {where}.")


def deployed_configuration(cli: Any) -> dict[str, Any]:
    """Return the function's configuration as it is deployed; nothing, where it is not."""
    try:
        return cli.zappa.lambda_client.get_function_configuration(FunctionName=cli.lambda_name)
    except cli.zappa.lambda_client.exceptions.ResourceNotFoundException:
        return {}


def bucket_name(cli: Any) -> str:
    """Return one bucket for each account and region; Zappa alone would make another at each deployment.

    Bucket names are the whole world's: one that somebody else has taken is refused.
    """
    try:
        account = cli.zappa.sts_client.get_caller_identity()["Account"]
        name = f"{cli.project_name}-{account}-{cli.zappa.aws_region}"
        cli.zappa.s3_client.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return name
        if error.operation_name == "HeadBucket":
            raise click.ClickException(f"The bucket {name} is not yours; name another as s3_bucket.") from None
        raise click.ClickException(f"AWS does not know you: {error}. Set valid credentials.") from None
    except BotoCoreError as error:
        raise click.ClickException(f"AWS does not know you: {error}. Set valid credentials.") from None
    return name


def package(cli: Any) -> None:
    """Put the real content into the archive, once Zappa has made it."""
    click.echo(f"Building for Python {packaging.PYTHON_VERSION} on {cli.architecture}..")
    archive = ROOT / cli.zip_path
    try:
        packaging.fill(archive, architecture=cli.architecture)
    except click.ClickException:
        archive.unlink()  # What Zappa made of it would not run.
        raise
