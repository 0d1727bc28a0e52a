"""Where mail goes, from one URL."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

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
        config = environ.Env.email_url_config(url) if url.partition("://")[0] in SCHEMES else {}
    except ValueError:
        config = {}
    if not config or (url != CONSOLE and not config["EMAIL_HOST"]):
        # The URL itself is not repeated: it may carry a password.
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server; write it like {EXAMPLE}.")
    return {name: value for name, value in config.items() if value is not None}
