"""The check of the settings before a deployment."""

import os
import re
import secrets

import pytest
from click import ClickException

from deploy.package import ROOT
from deploy.secret_settings import DEPLOYED, NAMES
from deploy.settings_check import check_settings

VARIABLES = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": ".amazonaws.com"}
POSTGRESQL = "postgresql://ada:hidden@db.example.com/todos"
MAIL = {"EMAIL_URL": "smtp://mail.example.com", "PUBLIC_URL": "https://todo.example.com"}
NOT_READ_ON_LAMBDA = {"PRODUCTION", "HOST", "PORT", "KEEP_ALIVE_SECONDS"}
TABLE = (ROOT / "docs" / "settings.md").read_text().partition("\n\n## ")[0]
NAMES_IN_TABLE = {
    name for cell in re.findall(r"^\| (`.*?) \|", TABLE, re.MULTILINE) for name in re.findall(r"\w+", cell)
}


def refusal(variables: dict[str, str], sources: dict[str, str] | None = None) -> str:
    """Return the line that refuses the variables."""
    with pytest.raises(ClickException) as error:
        check_settings("dev", VARIABLES | variables, sources or dict.fromkeys(variables, "zappa_settings.json"))
    assert "\n" not in error.value.message
    return error.value.message


@pytest.mark.parametrize("name", sorted(NAMES_IN_TABLE - NOT_READ_ON_LAMBDA))
def test_a_bad_value_of_every_setting_is_refused_with_its_source(name: str) -> None:
    message = refusal({name: "?"})
    assert message.startswith(f"dev would not start: {name} ")
    assert message.endswith(f"{name} comes from zappa_settings.json.")


@pytest.mark.parametrize("variables", [{}, MAIL, {"DATABASE_URL": POSTGRESQL, "DATABASE_REQUIRED": "1"}])
def test_valid_settings_pass_without_a_database_or_mail_server(variables: dict[str, str]) -> None:
    check_settings("dev", VARIABLES | variables, {})


def test_the_functions_own_environment_counts_and_not_that_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "1")
    check_settings("dev", VARIABLES, {})
    assert "DEBUG is on" in refusal({"DEBUG": "1"})


@pytest.mark.parametrize("url", ["", "sqlite:////tmp/todos.sqlite3"])
def test_a_temporary_database_is_refused_where_a_durable_one_is_required(url: str) -> None:
    assert "DATABASE_URL is not set, or names a file in /tmp" in refusal(
        {"DATABASE_URL": url, "DATABASE_REQUIRED": "1"}
    )


def test_a_missing_setting_is_named_with_the_place_to_set_it() -> None:
    message = refusal({"EMAIL_URL": MAIL["EMAIL_URL"]})
    assert message.endswith("Set PUBLIC_URL in dev's aws_environment_variables in zappa_settings.json.")


@pytest.mark.parametrize("name", ["EMAIL_URL", "SESSION_DAYS"])
def test_a_bad_deployed_value_is_refused_with_the_ways_to_replace_and_to_remove_it(name: str) -> None:
    message = refusal({name: "?"}, {name: DEPLOYED})
    place = ".env.dev" if name in NAMES else "dev's aws_environment_variables in zappa_settings.json"
    assert f"{name} comes from the deployed function, which keeps it: set another in {place}, or delete it" in message


@pytest.mark.parametrize(
    "url", ["smtp+tls://ada:hid/den@mail.example.com:587", "smtp://ada:hid#den@mail.example.com", "smtp://[hidden@x"]
)
def test_no_secret_is_shown(url: str) -> None:
    assert "hid" not in refusal({"EMAIL_URL": url})


def test_the_check_leaves_no_file(tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check_settings("dev", VARIABLES, {})
    assert os.listdir(tmp_path) == []
