"""Which environment starts the project, and what production settings do."""

import re
from collections.abc import Callable

import pytest

from testing.processes import KEY, PRODUCTION, run_python
from todoproject.config.check_ids import CheckID

START_SERVER, CHECK = ["-m", "todoproject.serving.server"], ["manage.py", "check"]


@pytest.mark.parametrize(
    ("environment", "reason", "check_id"),
    [
        ({"PRODUCTION": "1"}, "SECRET_KEY is not set", CheckID.SECRET_KEY),
        ({"AWS_LAMBDA_FUNCTION_NAME": "todo"}, "SECRET_KEY is not set", CheckID.SECRET_KEY),
        (
            PRODUCTION | {"SECRET_KEY": "short"},
            "SECRET_KEY is a default, or shorter than 50 characters",
            CheckID.SECRET_KEY,
        ),
        (PRODUCTION | {"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY is a default", CheckID.SECRET_KEY),
        (PRODUCTION | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty", CheckID.ALLOWED_HOSTS),
        (
            PRODUCTION | {"ALLOWED_HOSTS": "https://todo.example.com"},
            "ALLOWED_HOSTS has 'https://todo.example.com'; use names such as todo.example.com",
            CheckID.ALLOWED_HOSTS,
        ),
        (PRODUCTION | {"DEBUG": "1"}, "DEBUG is on", CheckID.DEBUG),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'; set it to 1 or 0.", CheckID.DEBUG),
        ({"PRODUCTION": "yess"}, "PRODUCTION is 'yess'; set it to 1 or 0.", CheckID.PRODUCTION),
        (
            {"SESSION_DAYS": "0"},
            "SESSION_DAYS is '0'; set it to a whole number from 1 to 3650.",
            CheckID.SESSION_DAYS,
        ),
        ({"EMAIL_URL": "smtp://user:hidden@:25"}, "EMAIL_URL is not a mail server URL", CheckID.EMAIL_URL),
        (
            {"EMAIL_URL": "smtp://user:hidden@mail.example.com:x"},
            "EMAIL_URL is not a mail server URL",
            CheckID.EMAIL_URL,
        ),
        (
            {"EMAIL_URL": "smtp+tls://mail.example.com?EMAIL_USE_SSL=True"},
            "EMAIL_URL is not a mail server URL",
            CheckID.EMAIL_URL,
        ),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL is not a mail server URL", CheckID.EMAIL_URL),
        ({"DEFAULT_FROM_EMAIL": "@"}, "DEFAULT_FROM_EMAIL is '@'; set it to one address", CheckID.DEFAULT_FROM_EMAIL),
        (
            {"CORS_ALLOWED_ORIGINS": "https://a.example, app.example.com/"},
            "CORS_ALLOWED_ORIGINS has 'app.example.com/'",
            CheckID.CORS_ALLOWED_ORIGINS,
        ),
        ({"THROTTLE_LOGIN": "20"}, "THROTTLE_LOGIN is '20'; set it to COUNT/PERIOD", CheckID.THROTTLES),
        (
            PRODUCTION | {"EMAIL_URL": "smtp://user:hidden@mail.example.com"},
            "PUBLIC_URL is not set, but EMAIL_URL is",
            CheckID.PUBLIC_URL_MISSING,
        ),
        (
            PRODUCTION | {"PUBLIC_URL": "http://todo.example.com"},
            "PUBLIC_URL is 'http://todo.example.com'; in production, set it to a URL that begins with https://.",
            CheckID.PUBLIC_URL_NOT_HTTPS,
        ),
        (
            {"DATABASE_URL": "mysql://user:hidden@host/name"},
            "DATABASE_URL is not a supported database URL",
            CheckID.DATABASE_URL,
        ),
    ],
)
def test_wrong_environment_stops_the_start_with_one_line_and_the_id_of_its_check(
    rounds: Callable[[int, int], int], environment: dict[str, str], reason: str, check_id: CheckID
) -> None:
    commands = (START_SERVER, CHECK)[: rounds("PRODUCTION" in environment, 2)]
    if not commands:
        pytest.skip("runs with --long; test_checks.py applies the rule by itself")
    for command in commands:
        assert_not_started(command, environment, reason, check_id)


def test_check_command_fails_with_the_same_line() -> None:
    assert_not_started(CHECK, {"DEBUG": "maybe"}, "DEBUG is 'maybe'; set it to 1 or 0.", CheckID.DEBUG)


def assert_not_started(command: list[str], environment: dict[str, str], reason: str, check_id: CheckID) -> None:
    result = run_python(*command, **environment, PORT="0")
    lines = [line for line in result.stderr.splitlines() if "[INFO]" not in line]
    assert result.returncode != 0
    assert len(lines) == 1
    assert lines[0].startswith(f"Not started: {reason}")
    assert lines[0].endswith(f" ({check_id})")
    assert "hidden" not in result.stderr


def test_production_settings_pass_the_deployment_check() -> None:
    result = run_python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


PRINT_PRODUCTION_HEADERS_AND_COOKIES = """
import django
django.setup()
from django.test import Client
browser = Client(headers={"host": "todo.example.com"})
for secure in (True, False):
    response = browser.get("/session/login/", secure=secure)
    print(response.headers.get("Strict-Transport-Security"))
for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
    print(response[name])
print(response.cookies.output())
from django.conf import settings
print(settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE)
"""


def test_production_sends_security_headers_and_secure_cookies() -> None:
    result = run_python(
        "-c", PRINT_PRODUCTION_HEADERS_AND_COOKIES, DJANGO_SETTINGS_MODULE="todoproject.settings", **PRODUCTION
    )
    secure, plain, *others, cookie, session = result.stdout.splitlines()
    assert (secure, plain) == ("max-age=31536000", "None")
    assert others == ["nosniff", "DENY", "same-origin"]
    assert re.search(r"csrftoken=.*HttpOnly.*SameSite=Lax; Secure", cookie)
    assert session == "True True Lax"
