"""The system checks, on settings overridden after the start."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as loaded
from django.core.checks import run_checks

from testing.processes import KEY
from todoproject.config.check_ids import CheckID
from todoproject.config.mail import CONSOLE_BACKEND
from todoproject.config.rates import Rate

FIT_FOR_PRODUCTION = {
    "PRODUCTION": True,
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": ["todo.example.com"],
    "PUBLIC_URL": "https://todo.example.com",
}


def ids() -> list[str]:
    return [message.id for message in run_checks() if message.id and message.id.startswith("todoproject.")]


def test_loaded_settings_break_no_rule() -> None:
    assert ids() == []


def test_settings_fit_for_production_break_no_rule(settings: Any) -> None:
    override(settings, FIT_FOR_PRODUCTION)
    assert ids() == []


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [
        ({"SECRET_KEY": "short"}, CheckID.SECRET_KEY),
        ({"ALLOWED_HOSTS": []}, CheckID.ALLOWED_HOSTS),
        ({"DEBUG": True}, CheckID.DEBUG),
        ({"PUBLIC_URL": "http://todo.example.com"}, CheckID.PUBLIC_URL_NOT_HTTPS),
        ({"EMAIL_BACKEND": CONSOLE_BACKEND}, CheckID.EMAIL_URL),
    ],
)
def test_setting_unfit_for_production_is_reported_there_only(
    settings: Any, changes: dict[str, Any], check_id: CheckID
) -> None:
    override(settings, FIT_FOR_PRODUCTION | changes)
    assert ids() == [check_id]
    settings.PRODUCTION = False
    assert ids() == []


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [
        ({"TOMBSTONE_DAYS": 29}, CheckID.TOMBSTONE_DAYS),
        ({"THROTTLES": {"login": "20/min"}}, CheckID.THROTTLES),
        ({"THROTTLES": {"login": Rate(0, 60)}}, CheckID.THROTTLES),
        ({"THROTTLES": {"login": Rate(5, 0)}}, CheckID.THROTTLES),
        ({"SIMPLE_JWT": loaded.SIMPLE_JWT | {"ACCESS_TOKEN_LIFETIME": timedelta(0)}}, CheckID.ACCESS_TOKEN_MINUTES),
        ({"SIMPLE_JWT": loaded.SIMPLE_JWT | {"REFRESH_TOKEN_LIFETIME": timedelta(-1)}}, CheckID.REFRESH_TOKEN_DAYS),
        ({"SESSION_COOKIE_AGE": 0}, CheckID.SESSION_DAYS),
        ({"PUBLIC_URL": "todo.example.com"}, CheckID.PUBLIC_URL),
        ({"PUBLIC_URL": "", "SENDS_MAIL": True}, CheckID.PUBLIC_URL_MISSING),
        ({"DEFAULT_FROM_EMAIL": "nobody"}, CheckID.DEFAULT_FROM_EMAIL),
        ({"TRUSTED_PROXIES": 11}, CheckID.TRUSTED_PROXIES),
        ({"TRUSTED_PROXIES": -1}, CheckID.TRUSTED_PROXIES),
        ({"CORS_ALLOWED_ORIGINS": ["https://app.example.com/"]}, CheckID.CORS_ALLOWED_ORIGINS),
    ],
)
def test_setting_that_breaks_a_rule_is_reported_with_its_id(
    settings: Any, changes: dict[str, Any], check_id: CheckID
) -> None:
    override(settings, changes)
    assert ids() == [check_id]


@pytest.mark.parametrize(("name", "value"), [("ENGINE", "django.db.backends.mysql"), ("NAME", ":memory:")])
def test_unsupported_database_is_reported(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setitem(loaded.DATABASES["default"], name, value)
    assert ids() == [CheckID.DATABASE_URL]


def test_missing_durable_database_is_an_error_where_it_is_required_else_a_warning(settings: Any) -> None:
    settings.DURABLE = False
    assert ids() == [CheckID.DATA_NOT_DURABLE]
    settings.DATABASE_REQUIRED = True
    assert set(ids()) == {CheckID.DATABASE_REQUIRED, CheckID.DATA_NOT_DURABLE}


@pytest.mark.parametrize(
    "changes",
    [
        {"THROTTLES": {"login": Rate(20, 60), "email": None}},
        {"SIMPLE_JWT": loaded.SIMPLE_JWT | {"ACCESS_TOKEN_LIFETIME": timedelta(seconds=1)}},
        {"SESSION_COOKIE_AGE": 1},
        {"PUBLIC_URL": "", "SENDS_MAIL": False},
    ],
)
def test_unusual_but_valid_setting_is_accepted(settings: Any, changes: dict[str, Any]) -> None:
    override(settings, changes)
    assert ids() == []


def override(settings: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
