"""The secrets of a stage: where they come from, and what stops a deployment."""

import secrets
import stat
from pathlib import Path

import pytest
from click import ClickException

from deploy.secret_settings import NAMES, secret_settings

KEY = secrets.token_urlsafe(50)
URL = "postgresql://ada:hidden@db.example.com:5432/todos"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env.stage"


def refused(file: Path, *, required: bool = True) -> str:
    with pytest.raises(ClickException) as error:
        secret_settings("stage", file, required=required, deployed={})
    assert "hidden" not in error.value.message
    return error.value.message


def test_a_key_is_made_once_and_kept_where_nobody_else_reads_it(file: Path) -> None:
    first = secret_settings("stage", file, required=False, deployed={})
    assert len(first["SECRET_KEY"]) >= 50
    assert secret_settings("stage", file, required=False, deployed={}) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_is_added_to_a_file_that_is_there_and_others_may_not_read_it_any_more(file: Path) -> None:
    file.write_text(f"DATABASE_URL={URL}")
    file.chmod(0o644)
    given = secret_settings("stage", file, required=False, deployed={})
    assert file.read_text() == f"DATABASE_URL={URL}\nSECRET_KEY={given['SECRET_KEY']}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_come_from_the_file_and_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(f"# our secrets\n\nSECRET_KEY={KEY}\nDATABASE_URL='{URL}'\n")
    assert secret_settings("stage", file, required=True, deployed={}) == {"SECRET_KEY": KEY, "DATABASE_URL": URL}
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example.com")
    given = secret_settings("stage", file, required=True, deployed={})
    assert given == {"SECRET_KEY": KEY, "DATABASE_URL": URL, "EMAIL_URL": "smtp://mail.example.com"}


def test_two_different_values_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(f"SECRET_KEY={KEY}\nDATABASE_URL={URL}\n")
    monkeypatch.setenv("DATABASE_URL", URL)
    assert secret_settings("stage", file, required=True, deployed={})["DATABASE_URL"] == URL
    monkeypatch.setenv("DATABASE_URL", f"{URL}2")
    assert refused(file) == "DATABASE_URL differs between your environment and .env.stage; unset one of them."


def test_what_is_deployed_is_kept_unless_another_is_given(file: Path) -> None:
    deployed = {"SECRET_KEY": KEY, "DATABASE_URL": "postgresql://db.example.com/old", "ALLOWED_HOSTS": "x"}
    file.write_text(f"DATABASE_URL={URL}\n")
    given = secret_settings("stage", file, required=True, deployed=deployed)
    assert given == {"SECRET_KEY": KEY, "DATABASE_URL": URL}
    assert file.read_text() == f"DATABASE_URL={URL}\n"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("", "SECRET_KEY is missing, and stage needs one: set it in your environment or in .env.stage"),
        (f"SECRET_KEY={KEY}", "DATABASE_URL is missing, and stage needs one"),
        (f"SECRET_KEY=\nDATABASE_URL={URL}", "SECRET_KEY is missing"),
        (f"SECRET_KEY=short\nDATABASE_URL={URL}", "SECRET_KEY is a default, or shorter than 50 characters"),
        (f"SECRET_KEY={KEY}\nDATABASE_URL=mysql://ada:hidden@host/name", "DATABASE_URL names no database"),
        (f"SECRET_KEY={KEY}\nDEBUG=hidden", "Line 2 of .env.stage is not understood"),
        ("hidden", "Line 1 of .env.stage is not understood"),
    ],
)
def test_what_is_missing_or_unfit_is_refused_and_never_repeated(file: Path, lines: str, reason: str) -> None:
    file.write_text(lines)
    assert refused(file).startswith(reason)


def test_a_key_is_never_made_where_data_must_last(file: Path) -> None:
    refused(file)
    assert not file.exists()


def test_names_are_said_and_values_are_not(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f"SECRET_KEY={KEY}\nDATABASE_URL={URL}")
    secret_settings("stage", file, required=True, deployed={})
    said = capsys.readouterr().out
    assert said == "DATABASE_URL for stage: from .env.stage.\nSECRET_KEY for stage: from .env.stage.\n"
    assert KEY not in said
    assert "hidden" not in said
