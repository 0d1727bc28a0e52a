"""The settings of the stages in zappa_settings.json, and their explanations in the guide."""

import json
import re

import pytest

from deploy.package import ROOT
from deploy.secret_settings import NAMES
from deploy.stages import read_stage_settings

STAGES = json.loads((ROOT / "zappa_settings.json").read_text())
GUIDE = (ROOT / "deploy" / "README.md").read_text()


def test_the_guide_explains_exactly_the_keys_that_are_used() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("| key |")[2], re.MULTILINE))
    assert explained == {key for stage in STAGES.values() for key in stage}


@pytest.mark.parametrize("stage", ["dev", "production"])
def test_no_setting_writes_secrets_to_the_package_or_the_log(stage: str) -> None:
    settings = read_stage_settings(stage)
    assert settings["debug"] is False
    assert settings["log_level"] == "INFO"
    assert "environment_variables" not in settings
    assert not set(NAMES) & settings["aws_environment_variables"].keys()


def test_production_requires_a_durable_database_and_starts_from_a_snapshot() -> None:
    production = read_stage_settings("production")
    assert production["aws_environment_variables"]["DATABASE_REQUIRED"] == "1"
    assert (production["snap_start"], production["num_retained_versions"] >= 2) == ("PublishedVersions", True)
    assert "DATABASE_REQUIRED" not in read_stage_settings("dev")["aws_environment_variables"]


def test_the_policy_only_allows_the_functions_log_and_its_invocation() -> None:
    policy = json.loads((ROOT / read_stage_settings("dev")["attach_policy"]).read_text())
    allowed = {statement["Sid"]: (statement["Action"], statement["Resource"]) for statement in policy["Statement"]}
    assert allowed == {
        "WriteLogs": (
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:*:*:log-group:/aws/lambda/FUNCTION:*",
        ),
        "InvokeThisFunction": (
            "lambda:InvokeFunction",
            ["arn:aws:lambda:*:*:function:FUNCTION", "arn:aws:lambda:*:*:function:FUNCTION:*"],
        ),
    }
