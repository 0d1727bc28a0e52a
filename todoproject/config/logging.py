"""The logging configuration: one JSON object per line on Lambda, plain text elsewhere, on the standard error stream.

Secrets are redacted and control characters escaped, so that no client can forge a log line.
"""

import json
import logging
import re
import time
import unicodedata
from typing import Any

# A safety net for texts from libraries, such as database errors and tracebacks: e-mail addresses, JSON Web Tokens, the
# tokens of reset links, password hashes and rows. Our own code logs none of them. Each pattern is only searched where
# its first part occurs, so that the line of a request costs little.
SECRETS = {
    "@": re.compile(r"[^\s\"<>(),:;@]{1,64}@[^\s\"'<>(),:;@]+", re.ASCII),
    "eyJ": re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?", re.ASCII),
    "-": re.compile(r"\b[0-9a-z]{6}-[0-9a-f]{32,64}\b", re.ASCII),
    "argon2": re.compile(r"argon2\S+", re.ASCII),
    "Failing row contains": re.compile(r"Failing row contains .*"),
}


def redact(text: str) -> str:
    """Return the text with its secrets replaced by [redacted]."""
    for part, pattern in SECRETS.items():
        if part in text:
            text = pattern.sub("[redacted]", text)
    return text


def redact_and_escape(text: str) -> str:
    """Redact the text, and escape control characters, which could end the line or move a terminal's cursor."""
    text = redact(text)
    if text.isascii() and text.isprintable():
        return text
    escaped_categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in escaped_categories else c for c in text
    )


class TextFormatter(logging.Formatter):
    """Formats a record as one line of text, followed by its indented traceback."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [
            f"{self.formatTime(record)} {record.levelname} {redact_and_escape(f'{record.name}: {record.getMessage()}')}"
        ]
        if record.exc_info:
            lines += [f"    {redact_and_escape(line)}" for line in self.formatException(record.exc_info).splitlines()]
        return "\n".join(lines)


class JSONFormatter(logging.Formatter):
    """Formats a record as one line of JSON in ASCII, with the record's `fields` if it has any, else its message."""

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        entry |= getattr(record, "fields", None) or {"message": record.getMessage()}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: redact(value) if isinstance(value, str) else value for key, value in entry.items()})


def build_logging_config(*, as_json: bool) -> dict[str, Any]:
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
            # 4xx responses are WARNING and already in the request log; unexpected exceptions are ERROR.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            # The lines of runserver and of Zappa contain the path.
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": True},
            "zappa": {"level": "WARNING"},
            # DEBUG would log the variables of pages and the values of statements, so it is off at any root level.
            "django.template": {"level": "INFO"},
            "django.db.backends": {"level": "INFO"},
        },
    }
