"""Deployments that are refused, or fail, before a function is created."""

import pytest

pytest.importorskip("moto", reason="moto, which emulates AWS, is in requirements-dev.txt")

from collections.abc import Callable

from testing.aws.account import AwsAccount
from testing.aws.project import ProjectCopy
from testing.aws.resources import list_resources
from testing.probe_function import needs_lambda_python

pytestmark = needs_lambda_python
SECRETS = {"SECRET_KEY": "k" + "0123456789" * 6, "DATABASE_URL": "postgresql://u:p@db.example.com/todo"}
ROLE_NAME = "todo-api-production-ZappaLambdaExecutionRole"


def test_production_without_a_secret_is_refused(
    aws: AwsAccount, project: ProjectCopy, rounds: Callable[[int, int], int]
) -> None:
    before = list_resources(aws)
    for missing in ["SECRET_KEY", "DATABASE_URL"][: rounds(1, 2)]:
        given = {name: value for name, value in SECRETS.items() if name != missing}
        result = project.zappa("deploy", "production", **given)
        assert result.code == 1
        assert f"{missing} is missing" in result.output
        assert ".env.production" in result.output
        assert list_resources(aws) == before


def test_mail_without_a_public_url_is_refused(aws: AwsAccount, project: ProjectCopy) -> None:
    before = list_resources(aws)
    mail_server = "smtp+tls://ada:hidden@mail.example.com:587"
    result = project.zappa("deploy", "production", EMAIL_URL=mail_server, **SECRETS)
    assert result.code == 1
    assert "PUBLIC_URL is not set, but EMAIL_URL is" in result.output
    assert "Set PUBLIC_URL in production's aws_environment_variables in zappa_settings.json." in result.output
    assert "hidden" not in result.output
    assert list_resources(aws) == before


def test_a_failed_build_shows_the_reason_and_creates_no_function(aws: AwsAccount, project: ProjectCopy) -> None:
    before, files = list_resources(aws), project.list_files()
    requirements = project.directory / "requirements-lambda.txt"
    original = requirements.read_text()
    requirements.write_text(f"{original}docopt\n")  # It has no wheel.
    result = project.zappa("deploy", "production", **SECRETS)
    requirements.write_text(original)
    assert result.code == 1
    assert "No matching distribution found for docopt" in result.output
    # Zappa creates the role before it builds, and reuses it the next time.
    assert list_resources(aws) == before | {"roles": sorted([*before.get("roles", []), ROLE_NAME])}
    assert project.list_files() == files


def test_a_package_with_a_bad_setting_is_refused(project: ProjectCopy) -> None:
    project.replace("zappa_settings.json", '"DATABASE_REQUIRED": "1"', '"DATABASE_REQUIRED": "maybe"')
    result = project.zappa("package", "production")
    project.replace("zappa_settings.json", '"DATABASE_REQUIRED": "maybe"', '"DATABASE_REQUIRED": "1"')
    assert result.code == 1
    assert "Error: production would not start: DATABASE_REQUIRED is 'maybe'; set it to 1 or 0." in result.output
