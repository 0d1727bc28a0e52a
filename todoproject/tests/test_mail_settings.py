"""EMAIL_URL and DEFAULT_FROM_EMAIL."""

from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from todoproject.config.mail import (
    CONSOLE_BACKEND,
    DUMMY_BACKEND,
    MailSettings,
    build_default_sender,
    parse_email_url,
    require_sender,
)

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def test_email_url_names_the_mail_server() -> None:
    settings = parse_email_url("smtp+tls://ada%40example.com:pass@mail.example.com:587", production=True)
    assert settings == MailSettings(SMTP_BACKEND, "mail.example.com", 587, "ada@example.com", "pass", use_tls=True)
    settings = parse_email_url("smtp+ssl://mail.example.com", production=True)
    assert settings == MailSettings(SMTP_BACKEND, "mail.example.com", use_ssl=True)


@pytest.mark.parametrize("password", ["BPo/Ab1c", "12/Ab1c", "12#b", "a?b", "#b", "/b"])
def test_password_that_is_not_percent_encoded_is_refused_without_showing_it(password: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL.*percent-encoded \(/ is %2F\)") as error:
        parse_email_url(f"smtp+tls://user:{password}@mail.example.com:587", production=True)
    assert password not in str(error.value)


@pytest.mark.parametrize("password", ["BPo/Ab1c", "a#b", "a?b", "a@b", "50%", "%2F", "a+b", "a:b", "[x"])
def test_password_is_percent_encoded(password: str) -> None:
    encoded = quote(password, safe="+")
    assert parse_email_url(f"smtp+tls://user:{encoded}@mail.example.com:587", production=True).password == password


@pytest.mark.parametrize("url", ["smtp", "smtp:", "SMTP://mail.example.com", "imap://mail.example.com", "://"])
def test_other_urls_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is not a mail server URL"):
        parse_email_url(url, production=True)


@pytest.mark.parametrize("url", ["", "consolemail://"])
def test_mail_is_printed_on_the_console_in_development(url: str) -> None:
    assert parse_email_url(url, production=False).backend == CONSOLE_BACKEND


def test_mail_is_not_sent_in_production_without_email_url() -> None:
    assert parse_email_url("", production=True) == MailSettings(DUMMY_BACKEND)


def test_mail_is_never_printed_into_the_log_of_production() -> None:
    with pytest.raises(ImproperlyConfigured, match="the log in production"):
        parse_email_url("consolemail://", production=True)


@pytest.mark.parametrize(
    "sender", ["", "nonsense", "@", "a@b.example, c@d.example", "Todo <x@y", "a@b.example\nBcc: c@d.example"]
)
def test_sender_must_be_one_address(sender: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="set it to one address"):
        require_sender(sender)


@pytest.mark.parametrize("sender", ["ada@example.com", "Ada <ada@example.com>"])
def test_sender_may_have_a_name(sender: str) -> None:
    require_sender(sender)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("https://todo.example.com/dev", "Todo API <noreply@todo.example.com>"),
        ("http://[::1]:8000", "Todo API <noreply@localhost>"),
        ("http://127.0.0.1:8000", "Todo API <noreply@localhost>"),
        ("", "Todo API <noreply@localhost>"),
    ],
)
def test_default_sender_is_at_the_host_of_public_url(url: str, sender: str) -> None:
    assert build_default_sender(url) == sender
    require_sender(sender)
