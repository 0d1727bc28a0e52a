"""What the environment decides, and how a misconfiguration stops the start."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from todoproject.databases import database_from
from todoproject.mail import mail_from
from todoproject.secret_key import checked_key, kept_key
from todoproject.tests.parallel import at_once

KEY = secrets.token_urlsafe(50)
PRODUCTION = {"PRODUCTION": "1", "SECRET_KEY": KEY, "ALLOWED_HOSTS": "todo.example.com"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"PRODUCTION": "1"}, "SECRET_KEY is not set"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "todo"}, "SECRET_KEY is not set"),
        (PRODUCTION | {"SECRET_KEY": "short"}, "SECRET_KEY is a default, or shorter than 50 characters"),
        (PRODUCTION | {"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY is a default"),
        (PRODUCTION | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        (PRODUCTION | {"DEBUG": "1"}, "DEBUG shows code and settings"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; set it to 1 or 0."),
        ({"SESSION_DAYS": "0"}, "SESSION_DAYS is '0'; set it to a whole number from 1 to 3650."),
        ({"EMAIL_URL": "smtp://user:hidden@:25"}, "EMAIL_URL names no mail server"),
        ({"EMAIL_URL": "smtp://user:hidden@mail.example.com:x"}, "EMAIL_URL names no mail server"),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL names no mail server"),
        (
            {"CORS_ALLOWED_ORIGINS": "https://a.example, app.example.com/"},
            "CORS_ALLOWED_ORIGINS has 'app.example.com/'",
        ),
        ({"DATABASE_URL": "mysql://user:hidden@host/name"}, "DATABASE_URL names no database that is served here"),
    ],
)
@pytest.mark.parametrize("command", [["manage.py", "check"], ["-m", "gunicorn", "todoproject.wsgi"]])
def test_a_misconfiguration_stops_the_start_with_one_line(
    command: list[str], environment: dict[str, str], reason: str
) -> None:
    result = run(*command, **environment, PORT="0")
    lines = [line for line in result.stderr.splitlines() if "[INFO]" not in line]
    assert result.returncode != 0
    assert len(lines) == 1
    assert lines[0].startswith(f"Not started: {reason}")
    assert "hidden" not in result.stderr


def test_production_settings_pass_the_deployment_check() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_a_key_is_made_once_for_all_who_start_together(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keys = at_once([lambda: kept_key(path)] * 8)
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(ImproperlyConfigured, match="delete it for a new one"):
        kept_key(tmp_path / "key")


def test_a_key_that_cannot_be_kept_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="set SECRET_KEY"):
        kept_key(tmp_path / "missing" / "key")


def test_a_good_key_is_taken_as_it_is() -> None:
    assert checked_key("$" + KEY) == "$" + KEY


def test_a_folder_that_is_none_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="/nowhere, which is no folder"):
        database_from("sqlite:////nowhere/b.db", default=Path("x"))


@pytest.mark.parametrize("url", ["postgresql://u:p@h:5432/n", "postgres://u:p@h/n?sslmode=require"])
def test_a_postgresql_url_is_taken_apart(url: str) -> None:
    config = database_from(url, default=Path("x"))
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert [config[part] for part in ("NAME", "USER", "PASSWORD", "HOST")] == ["n", "u", "p", "h"]
    assert config.get("OPTIONS", {}).get("sslmode") == ("require" if "?" in url else None)


@pytest.mark.parametrize(("url", "name"), [("", "default.db"), ("sqlite:////b.db", "/b.db")])
def test_sqlite_is_set_up_for_several_processes(url: str, name: str) -> None:
    config = database_from(url, default=Path("default.db"))
    assert config["NAME"] == name
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode = WAL" in config["OPTIONS"]["init_command"]
    assert "synchronous = FULL" in config["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://h/n", "postgresql://", "postgresql://h:x/n", "sqlite://", "postgres://h"]
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write it like"):
        database_from(url, default=Path("x"))


def test_mail_goes_where_the_url_says() -> None:
    assert mail_from("")["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    config = mail_from("smtp+tls://ada%40example.com:pass@mail.example.com:587")
    assert config["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == ("mail.example.com", 587, True)
    assert (config["EMAIL_HOST_USER"], config["EMAIL_HOST_PASSWORD"]) == ("ada@example.com", "pass")
