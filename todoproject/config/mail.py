"""The mail settings, from EMAIL_URL, and the sender address."""

import re
from email.utils import getaddresses
from typing import NamedTuple
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.rules import ENCODING_HINT, has_unencoded_password

DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
CONSOLE_BACKEND = "django.core.mail.backends.console.EmailBackend"

CONSOLE_URL = "consolemail://"
SCHEMES = ("smtp://", "smtp+tls://", "smtp+ssl://", CONSOLE_URL)
EXAMPLE = "smtp+tls://user:password@host:587"


class MailSettings(NamedTuple):
    """The values of Django's EMAIL_ settings."""

    backend: str
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def parse_email_url(url: str, *, production: bool) -> MailSettings:
    """Return the mail settings for EMAIL_URL.

    Without a URL, mails are printed on the console; in production, where the console is the log, none are sent.
    """
    if not url:
        return MailSettings(DUMMY_BACKEND if production else CONSOLE_BACKEND)
    try:
        is_supported = url.startswith(SCHEMES) and "?" not in url and not has_unencoded_password(url)
        config = environ.Env.email_url_config(url) if is_supported else {}
    except ValueError:
        config = {}
    if not config or (url != CONSOLE_URL and not config["EMAIL_HOST"]):
        # The URL itself is not shown, because it may contain a password.
        problem = f"EMAIL_URL is not a mail server URL; set it to one such as {EXAMPLE}, {ENCODING_HINT}."
        raise ConfigurationError(CheckID.EMAIL_URL, problem)
    require_no_console_mail(config["EMAIL_BACKEND"], production=production)
    return MailSettings(
        backend=config["EMAIL_BACKEND"],
        host=config["EMAIL_HOST"] or "localhost",
        port=config["EMAIL_PORT"] or 25,
        user=config["EMAIL_HOST_USER"] or "",
        password=config["EMAIL_HOST_PASSWORD"] or "",
        use_tls=config.get("EMAIL_USE_TLS", False),
        use_ssl=config.get("EMAIL_USE_SSL", False),
    )


def require_no_console_mail(backend: str, *, production: bool) -> None:
    """Refuse the console in production, where it is the log: the links in mails contain secrets."""
    if production and backend == CONSOLE_BACKEND:
        problem = f"EMAIL_URL is {CONSOLE_URL}, which is the log in production; set it to a URL such as {EXAMPLE}."
        raise ConfigurationError(CheckID.EMAIL_URL, problem)


def build_default_sender(public_url: str) -> str:
    """Return the default sender: noreply at the host of PUBLIC_URL."""
    host = urlsplit(public_url).hostname or ""
    is_name = re.search("[a-z]", host) and ":" not in host
    return f"Todo API <noreply@{host if is_name else 'localhost'}>"


def require_sender(sender: str) -> None:
    """Require one printable e-mail address, with or without a name before it."""
    try:
        [(_, address)] = getaddresses([sender])
        EmailValidator(allowlist=["localhost"])(address)
        if not sender.isprintable():
            raise ValueError
    except (ValueError, ValidationError):
        hint = "set it to one address, such as todo@example.com or Todo <todo@example.com>"
        raise ConfigurationError(CheckID.DEFAULT_FROM_EMAIL, f"DEFAULT_FROM_EMAIL is {sender!r}; {hint}.") from None
