"""The stages of zappa_settings.json, and the environment in which one runs on this machine."""

import json
import os
from pathlib import Path
from typing import Any

SETTINGS = Path(__file__).resolve().parent.parent / "zappa_settings.json"


def stage_settings(stage: str) -> dict[str, Any]:
    """Return a stage's settings with those that it extends, as Zappa reads them."""
    own = json.loads(SETTINGS.read_text())[stage]
    return stage_settings(own["extends"]) | own if "extends" in own else own


def python_version() -> str:
    """Return the version of Lambda's Python that the functions run on, such as 3.13."""
    return stage_settings("base")["runtime"].removeprefix("python")


def local_environment(stage: str = "dev") -> dict[str, str]:
    """Return the environment of the stage's function here: as deployed, and with the settings set in this process.

    The key is the one that this project keeps for local use, unless SECRET_KEY is set.
    """
    from todoproject import settings
    from todoproject.config import environment

    given = {name: os.environ[name] for name in environment.variables_read if name in os.environ}
    deployed = stage_settings(stage)["aws_environment_variables"]
    hosts = f"{deployed['ALLOWED_HOSTS']},localhost,127.0.0.1"
    return deployed | {"ALLOWED_HOSTS": hosts, "SECRET_KEY": settings.SECRET_KEY} | given
