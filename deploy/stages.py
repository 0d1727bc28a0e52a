"""Reads the stages of zappa_settings.json, for deploying them and for running one locally."""

import json
import os
from pathlib import Path
from typing import Any

ZAPPA_SETTINGS = Path(__file__).resolve().parent.parent / "zappa_settings.json"


def read_stage_settings(stage: str) -> dict[str, Any]:
    """Return a stage's settings, including, as in Zappa, those of the stage that it extends."""
    own = json.loads(ZAPPA_SETTINGS.read_text())[stage]
    return read_stage_settings(own["extends"]) | own if "extends" in own else own


def lambda_python_version() -> str:
    """Return the Python version of the functions, such as "3.13"."""
    return read_stage_settings("base")["runtime"].removeprefix("python")


def local_stage_environment(stage: str = "dev") -> dict[str, str]:
    """Return the environment variables for running a stage's function on this machine.

    They are the stage's variables in zappa_settings.json, with local host names and the local secret key. Settings in
    this process's environment override them. The stage's .env file is not read.
    """
    from todoproject import settings
    from todoproject.config import environment

    given = {name: os.environ[name] for name in environment.variables_read if name in os.environ}
    deployed = read_stage_settings(stage)["aws_environment_variables"]
    hosts = f"{deployed['ALLOWED_HOSTS']},localhost,127.0.0.1"
    return deployed | {"ALLOWED_HOSTS": hosts, "SECRET_KEY": settings.SECRET_KEY} | given
