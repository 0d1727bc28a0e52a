"""The secrets of a stage: their sources, and the problems that stop a deployment."""

import secrets
import stat
from pathlib import Path

import pytest
from click import ClickException

from deploy.secret_settings import NAMES, collect_secrets

KEY = secrets.token_urlsafe(50)
URL = "postgresql://ada:hidden@db.example.com:5432/todos"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env.stage"


def error_message(file: Path, *, required: bool = True) -> str:
    with pytest.raises(ClickException) as error:
        collect_secrets("stage", file, required=required, deployed={})
    assert "hidden" not in error.value.message
    return error.value.message


def test_a_missing_key_is_generated_once_and_stored_in_a_file_that_only_its_owner_can_read(file: Path) -> None:
    first = collect_secrets("stage", file, required=False, deployed={})
    assert len(first["SECRET_KEY"]) >= 50
    assert collect_secrets("stage", file, required=False, deployed={}) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_adding_a_key_to_an_existing_file_makes_it_readable_for_its_owner_only(file: Path) -> None:
    file.write_text(f"DATABASE_URL={URL}")
    file.chmod(0o644)
    given = collect_secrets("stage", file, required=False, deployed={})
    assert file.read_text() == f"DATABASE_URL={URL}\nSECRET_KEY={given['SECRET_KEY']}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_come_from_the_file_and_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(f"# our secrets\n\nSECRET_KEY={KEY}\nDATABASE_URL='{URL}'\n")
    assert collect_secrets("stage", file, required=True, deployed={}) == {"SECRET_KEY": KEY, "DATABASE_URL": URL}
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example.com")
    given = collect_secrets("stage", file, required=True, deployed={})
    assert given == {"SECRET_KEY": KEY, "DATABASE_URL": URL, "EMAIL_URL": "smtp://mail.example.com"}


def test_different_values_in_the_file_and_the_environment_raise_an_error(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f"SECRET_KEY={KEY}\nDATABASE_URL={URL}\n")
    monkeypatch.setenv("DATABASE_URL", URL)
    assert collect_secrets("stage", file, required=True, deployed={})["DATABASE_URL"] == URL
    monkeypatch.setenv("DATABASE_URL", f"{URL}2")
    assert error_message(file) == "DATABASE_URL differs between your environment and .env.stage; unset one of them."


def test_a_deployed_secret_is_kept_unless_another_is_set(file: Path) -> None:
    deployed = {"SECRET_KEY": KEY, "DATABASE_URL": "postgresql://db.example.com/old", "ALLOWED_HOSTS": "x"}
    file.write_text(f"DATABASE_URL={URL}\n")
    given = collect_secrets("stage", file, required=True, deployed=deployed)
    assert given == {"SECRET_KEY": KEY, "DATABASE_URL": URL}
    assert file.read_text() == f"DATABASE_URL={URL}\n"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("", "SECRET_KEY is missing, and stage requires it: set it in your environment or in .env.stage"),
        (f"SECRET_KEY={KEY}", "DATABASE_URL is missing, and stage requires it"),
        (f"SECRET_KEY=\nDATABASE_URL={URL}", "SECRET_KEY is missing"),
        (f"SECRET_KEY={KEY}\nDEBUG=hidden", "Line 2 of .env.stage is invalid"),
        ("hidden", "Line 1 of .env.stage is invalid"),
    ],
)
def test_a_missing_or_invalid_secret_is_refused_without_showing_it(file: Path, lines: str, reason: str) -> None:
    file.write_text(lines)
    assert error_message(file).startswith(reason)


def test_no_key_is_generated_for_a_stage_with_durable_data(file: Path) -> None:
    error_message(file)
    assert not file.exists()


def test_the_names_of_secrets_are_printed_and_their_values_are_not(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"SECRET_KEY={KEY}\nDATABASE_URL={URL}")
    collect_secrets("stage", file, required=True, deployed={})
    printed = capsys.readouterr().out
    assert printed == "DATABASE_URL for stage: from .env.stage.\nSECRET_KEY for stage: from .env.stage.\n"
    assert KEY not in printed
    assert "hidden" not in printed
