"""What the environment decides, and how a misconfiguration stops the start."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from testing.concurrency import run_concurrently
from testing.processes import KEY, PRODUCTION, run
from todoproject.config.databases import database_from
from todoproject.config.environment import Rate, base_url, origins, rate
from todoproject.config.mail import mail_from, sender_from
from todoproject.config.secret_key import checked_key, load_or_create_key


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
        ({"EMAIL_URL": "smtp+tls://mail.example.com?EMAIL_USE_SSL=True"}, "EMAIL_URL names no mail server"),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL names no mail server"),
        (
            {"CORS_ALLOWED_ORIGINS": "https://a.example, app.example.com/"},
            "CORS_ALLOWED_ORIGINS has 'app.example.com/'",
        ),
        ({"THROTTLE_LOGIN": "20"}, "THROTTLE_LOGIN is '20'; write it as COUNT/PERIOD"),
        (PRODUCTION | {"EMAIL_URL": "smtp://user:hidden@mail.example.com"}, "EMAIL_URL is set, but not PUBLIC_URL"),
        ({"DATABASE_URL": "mysql://user:hidden@host/name"}, "DATABASE_URL names no database that is served here"),
    ],
)
@pytest.mark.parametrize("command", [["manage.py", "check"], ["-m", "todoproject.serving.server"]])
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
    keys = run_concurrently([lambda: load_or_create_key(path)] * 8)
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(ImproperlyConfigured, match="delete it for a new one"):
        load_or_create_key(tmp_path / "key")


def test_a_key_that_cannot_be_kept_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="set SECRET_KEY"):
        load_or_create_key(tmp_path / "missing" / "key")


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
    assert mail_from("", production=False)["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    config = mail_from("smtp+tls://ada%40example.com:pass@mail.example.com:587", production=True)
    assert config["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == ("mail.example.com", 587, True)
    assert (config["EMAIL_HOST_USER"], config["EMAIL_HOST_PASSWORD"]) == ("ada@example.com", "pass")


@pytest.mark.parametrize("url", ["", "consolemail://"])
def test_production_prints_no_mail_into_its_log(url: str) -> None:
    if url:
        with pytest.raises(ImproperlyConfigured, match="the log in production"):
            mail_from(url, production=True)
    else:
        assert mail_from(url, production=True) == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Rate(7, 1)),
        ("", None),
        (" ", None),
        ("20/min", Rate(20, 60)),
        ("10/5min", Rate(10, 300)),
        ("100/hour", Rate(100, 3_600)),
        ("1/90sec", Rate(1, 90)),
        ("3/day", Rate(3, 86_400)),
        ("3/m", Rate(3, 60)),
    ],
)
def test_a_rate_is_a_count_and_a_period(monkeypatch: pytest.MonkeyPatch, text: str | None, expected: object) -> None:
    monkeypatch.delenv("THROTTLE_TEST", raising=False)
    if text is not None:
        monkeypatch.setenv("THROTTLE_TEST", text)
    assert rate("THROTTLE_TEST", default="7/sec") == expected


@pytest.mark.parametrize("text", ["20", "20/", "0/min", "-1/min", "1.5/min", "20/0min", "20/week", "20/min/min", "x"])
def test_what_is_no_rate_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("THROTTLE_TEST", text)
    with pytest.raises(ImproperlyConfigured, match="write it as COUNT/PERIOD"):
        rate("THROTTLE_TEST", default="7/sec")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "http://127.0.0.1:8000"),
        ("https://todo.example.com", "https://todo.example.com"),
        ("https://todo.example.com/", "https://todo.example.com"),
        (
            "https://a.execute-api.eu-central-1.amazonaws.com/dev/",
            "https://a.execute-api.eu-central-1.amazonaws.com/dev",
        ),
        ("http://[::1]:9000/dev", "http://[::1]:9000/dev"),
        ("http://localhost:9000", "http://localhost:9000"),
    ],
)
def test_a_public_url_is_an_origin_and_a_prefix(monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    monkeypatch.setenv("PUBLIC_TEST", text)
    assert base_url("PUBLIC_TEST", default="http://127.0.0.1:8000", secure=True) == expected


@pytest.mark.parametrize(
    "text",
    [
        "http://[::::]:8000",
        "http://x:99999",
        "todo.example.com",
        "ftp://a.example",
        "https://",
        "https://u:p@a.example",
        "https://a.example/?x",
        "https://a b",
    ],
)
def test_what_is_no_public_url_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PUBLIC_TEST", text)
    with pytest.raises(ImproperlyConfigured, match=r"write it like https://todo\.example\.com"):
        base_url("PUBLIC_TEST", default="", secure=False)


@pytest.mark.parametrize(
    "text", ["nonsense", "@", "a@b.example, c@d.example", "Todo <x@y", "a@b.example\nBcc: c@d.example"]
)
def test_who_mails_come_from_is_one_address(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write one address"):
        sender_from(text, public_url="https://todo.example.com")


@pytest.mark.parametrize(
    ("text", "url", "sender"),
    [
        ("", "https://todo.example.com/dev", "Todo API <noreply@todo.example.com>"),
        ("", "http://[::1]:8000", "Todo API <noreply@localhost>"),
        ("", "http://127.0.0.1:8000", "Todo API <noreply@localhost>"),
        ("", "", "Todo API <noreply@localhost>"),
        ("Ada <ada@example.com>", "", "Ada <ada@example.com>"),
    ],
)
def test_mails_come_from_the_host_of_the_links_or_who_is_named(text: str, url: str, sender: str) -> None:
    assert sender_from(text, public_url=url) == sender


@pytest.mark.parametrize("origin", ["https://[::::]", "https://a.example:99999", "https://a.example/"])
def test_an_origin_has_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("ORIGINS_TEST", origin)
    with pytest.raises(ImproperlyConfigured, match="write origins like"):
        origins("ORIGINS_TEST")


def test_in_production_links_are_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_TEST", "http://todo.example.com")
    with pytest.raises(ImproperlyConfigured, match="https:// only"):
        base_url("PUBLIC_TEST", default="", secure=True)
    assert base_url("PUBLIC_TEST", default="", secure=False) == "http://todo.example.com"


HEADERS_IN_PRODUCTION = """
import django
django.setup()
from django.test import Client
browser = Client(headers={"host": "todo.example.com"})
for secure in (True, False):
    answer = browser.get("/session/login/", secure=secure)
    print(answer.headers.get("Strict-Transport-Security"))
for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
    print(answer[name])
print(answer.cookies.output())
from django.conf import settings
print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE)
"""


def test_production_sends_the_headers_and_cookies_of_https() -> None:
    result = run("-c", HEADERS_IN_PRODUCTION, DJANGO_SETTINGS_MODULE="todoproject.settings", **PRODUCTION)
    secure, plain, *others, cookie, session = result.stdout.splitlines()
    assert (secure, plain) == ("max-age=31536000", "None")
    assert others == ["nosniff", "DENY", "same-origin"]
    assert re.search(r"csrftoken=.*HttpOnly.*SameSite=Lax; Secure", cookie)
    assert session == "True True Lax"
