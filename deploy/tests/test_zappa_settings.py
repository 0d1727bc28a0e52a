"""What zappa_settings.json says, and that the guide explains it."""

import json
import re

import pytest

from deploy.package import ROOT
from deploy.secret_settings import NAMES
from deploy.stages import stage_settings

STAGES = json.loads((ROOT / "zappa_settings.json").read_text())
GUIDE = (ROOT / "deploy" / "README.md").read_text()


def test_every_key_is_explained_in_the_guide_and_no_other() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| key |")[2], re.MULTILINE))
    assert explained == {key for stage in STAGES.values() for key in stage}


@pytest.mark.parametrize("stage", ["dev", "production"])
def test_nothing_secret_is_written_to_the_package_or_the_log(stage: str) -> None:
    settings = stage_settings(stage)
    assert settings["debug"] is False
    assert settings["log_level"] == "INFO"
    assert "environment_variables" not in settings
    assert not set(NAMES) & settings["aws_environment_variables"].keys()


def test_production_insists_on_a_database_that_lasts_and_starts_from_a_snapshot() -> None:
    production = stage_settings("production")
    assert production["aws_environment_variables"]["DATABASE_REQUIRED"] == "1"
    assert (production["snap_start"], production["num_retained_versions"] >= 2) == ("PublishedVersions", True)
    assert "DATABASE_REQUIRED" not in stage_settings("dev")["aws_environment_variables"]


def test_the_role_may_write_its_log_and_be_invoked_and_nothing_else() -> None:
    policy = json.loads((ROOT / stage_settings("dev")["attach_policy"]).read_text())
    allowed = {statement["Sid"]: (statement["Action"], statement["Resource"]) for statement in policy["Statement"]}
    assert allowed == {
        "WriteLogs": (
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:*:*:log-group:/aws/lambda/FUNCTION:*",
        ),
        "LetApiGatewayAndItselfInvoke": (
            "lambda:InvokeFunction",
            ["arn:aws:lambda:*:*:function:FUNCTION", "arn:aws:lambda:*:*:function:FUNCTION:*"],
        ),
    }
