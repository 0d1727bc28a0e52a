"""Where mail goes, from one URL, and whom it comes from."""

import re
from email.utils import getaddresses
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator

NOWHERE = "django.core.mail.backends.dummy.EmailBackend"

CONSOLE = "consolemail://"
SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail")
EXAMPLE = "smtp+tls://user:password@host:587"


def mail_from(url: str, *, production: bool) -> dict[str, Any]:
    """Return Django's EMAIL_ settings for `url`.

    With an empty one mail is printed on the console. In production that would be the log, where no link of a mail
    may stand: there none is sent.
    """
    if production and not url:
        return {"EMAIL_BACKEND": NOWHERE}
    if production and url.startswith(CONSOLE):
        raise ImproperlyConfigured(f"EMAIL_URL is {CONSOLE}, the log in production; write it like {EXAMPLE}.")
    url = url or CONSOLE
    try:
        readable = url.partition("://")[0] in SCHEMES and "?" not in url
        config = environ.Env.email_url_config(url) if readable else {}
    except ValueError:
        config = {}
    if not config or (url != CONSOLE and not config["EMAIL_HOST"]):
        # The URL itself is not repeated: it may carry a password.
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server; write it like {EXAMPLE}.")
    return {name: value for name, value in config.items() if value is not None}


def sender_from(text: str, *, public_url: str) -> str:
    """Return whom mails come from: an address, with a name before it or not; by default at the host of PUBLIC_URL."""
    host = urlsplit(public_url).hostname or ""
    default = f"Todo API <noreply@{host if re.search('[a-z]', host) and ':' not in host else 'localhost'}>"
    addresses = getaddresses([text or default])
    try:
        [(_, address)] = addresses
        EmailValidator(allowlist=["localhost"])(address)
        if not text.isprintable():
            raise ValueError
    except (ValueError, ValidationError):
        example = "todo@example.com or Todo <todo@example.com>"
        raise ImproperlyConfigured(f"DEFAULT_FROM_EMAIL is {text!r}; write one address, like {example}.") from None
    return text or default
