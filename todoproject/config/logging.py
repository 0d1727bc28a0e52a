"""The log: a JSON object a line on Lambda, readable text elsewhere; no secret in it, and no line but our own."""

import json
import logging
import re
import time
import unicodedata
from functools import cache
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.urls import Resolver404, resolve

# The last resort, in what others say (a database's error, a traceback): e-mail addresses, JSON Web Tokens, the tokens
# of reset links, hashes of passwords, and rows are left out. Nothing of ours passes one to the log.
SECRETS = re.compile(
    r"[^\s\"<>(),:;@]{1,64}@[^\s\"'<>(),:;@]+"
    r"|(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?"
    r"|\b[0-9a-z]{6}-[0-9a-f]{32,64}\b"
    r"|argon2\S+|Failing row contains .*",
    re.ASCII,
)


def redacted(text: str) -> str:
    return SECRETS.sub("[redacted]", text)


def visible(text: str) -> str:
    """Return the text with control characters spelled out: none ends a line, or moves a terminal's cursor."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in hidden else c for c in redacted(text)
    )


class TextFormatter(logging.Formatter):
    """One line a record, for people; a traceback follows it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{self.formatTime(record)} {record.levelname} {visible(f'{record.name}: {record.getMessage()}')}"]
        if record.exc_info:
            lines += [f"    {visible(line)}" for line in self.formatException(record.exc_info).splitlines()]
        return "\n".join(lines)


class JSONFormatter(logging.Formatter):
    """One JSON object a line, in ASCII: what a record says, or its `fields` where it has any."""

    converter = time.gmtime  # type: ignore[assignment]
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        entry |= getattr(record, "fields", None) or {"message": record.getMessage()}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: redacted(value) if isinstance(value, str) else value for key, value in entry.items()})


class RouteForPath(logging.Filter):
    """Django names the raw path where it logs a failed request; here it is the route, and which request it was."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg = "Failed: %s %s, request %s"
            record.args = (request.method, route(request), request_id(request))
        return True


def route(request: HttpRequest) -> str:
    """Return the pattern of the view that a request is for, such as /todos/<pk>/; `-` if there is none."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return "-"
    return simplified(match.route)


@cache
def simplified(pattern: str) -> str:
    from django.contrib.admindocs.views import simplify_regex  # It needs the settings, which need this module.

    return simplify_regex(pattern)


def request_id(request: HttpRequest) -> str:
    """Return Lambda's own name of this request, which its lines around ours have; elsewhere a random one."""
    context = request.META.get("lambda.context")
    return request.META.setdefault("todoproject.request_id", context.aws_request_id if context else uuid4().hex)


def logging_config(*, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: everything on the standard error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JSONFormatter if as_json else TextFormatter}},
        "filters": {"route": {"()": RouteForPath}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["route"]}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "todoproject": {"level": "INFO"},  # A line a request.
            "django": {"handlers": [], "level": "INFO"},
            # A refused request is the client's affair; errors of ours are ERROR.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            "django.server": {
                "handlers": [],
                "level": "CRITICAL",
                "propagate": True,
            },  # runserver's lines have the path.
            "zappa": {"level": "WARNING"},  # So have Zappa's.
            # Whatever level the others are given: these tell all variables of a page, and all values of a statement.
            "django.template": {"level": "INFO"},
            "django.db.backends": {"level": "INFO"},
        },
    }
