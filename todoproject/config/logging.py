"""The log's configuration: one JSON object a line on Lambda, readable text elsewhere, on the standard error stream.

Secrets are redacted and control characters escaped, so that no client can write a line of its own.
"""

import json
import logging
import re
import time
import unicodedata
from typing import Any

# A last resort for texts of others (a database's error, a traceback): e-mail addresses, JSON Web Tokens, the tokens of
# reset links, password hashes and rows. Our own code passes none of them to the log.
SECRETS = re.compile(
    r"[^\s\"<>(),:;@]{1,64}@[^\s\"'<>(),:;@]+"
    r"|(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?"
    r"|\b[0-9a-z]{6}-[0-9a-f]{32,64}\b"
    r"|argon2\S+|Failing row contains .*",
    re.ASCII,
)


def redact(text: str) -> str:
    """Return the text with its secrets replaced by [redacted]."""
    return SECRETS.sub("[redacted]", text)


def escape(text: str) -> str:
    """Return the redacted text with control characters escaped: none ends a line or moves a terminal's cursor."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in hidden else c for c in redact(text)
    )


class TextFormatter(logging.Formatter):
    """Writes one line a record, for people; a traceback follows it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{self.formatTime(record)} {record.levelname} {escape(f'{record.name}: {record.getMessage()}')}"]
        if record.exc_info:
            lines += [f"    {escape(line)}" for line in self.formatException(record.exc_info).splitlines()]
        return "\n".join(lines)


class JSONFormatter(logging.Formatter):
    """Writes one JSON object a line, in ASCII, with the record's `fields` if it has any, else its message."""

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        entry |= getattr(record, "fields", None) or {"message": record.getMessage()}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: redact(value) if isinstance(value, str) else value for key, value in entry.items()})


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: everything goes to the standard error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JSONFormatter if as_json else TextFormatter}},
        "filters": {"route": {"()": "todoproject.serving.request_log.RouteInsteadOfPathFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["route"]}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "todoproject": {"level": "INFO"},  # One line for each request.
            "django": {"handlers": [], "level": "INFO"},
            # Refused requests are WARNING and stand in the request log already; unexpected exceptions are ERROR.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            # The lines of runserver and of Zappa contain the path.
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
            "zappa": {"level": "WARNING"},
            # DEBUG here logs all variables of a page and all values of a statement, so it stays off at any root level.
            "django.template": {"level": "INFO"},
            "django.db.backends": {"level": "INFO"},
        },
    }
