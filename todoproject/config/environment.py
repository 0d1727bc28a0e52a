"""Reading one environment variable, strictly: a value that means nothing stops the start."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from todoproject.api.integers import parse_integer

env = environ.Env()

variables_read: set[str] = set()  # The names of all variables that were read.

ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})?([a-z]+)")
SECONDS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
SECONDS |= {"d": 86_400, "day": 86_400}

SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str) -> str:
    """A text as it stands, or an empty one: `$` in a key refers to no other variable, as it would by `env.str`."""
    variables_read.add(name)
    return env.ENVIRON.get(name, "")


class Rate(NamedTuple):
    """So many tries in so many seconds."""

    tries: int
    seconds: int


def rate(name: str, *, default: str) -> Rate | None:
    """A rate as COUNT/PERIOD, such as 20/min or 10/5min; unset is the default, empty is none: without limit."""
    variables_read.add(name)
    value = env.ENVIRON.get(name, default).strip()
    if not value:
        return None
    match = RATE.fullmatch(value)
    if not match or match[3] not in SECONDS:
        example = "COUNT/PERIOD like 20/min, 10/5min or 100/hour, or leave it empty for no limit"
        raise ImproperlyConfigured(f"{name} is {value!r}; write it as {example}.")
    return Rate(int(match[1]), int(match[2] or 1) * SECONDS[match[3]])


def boolean(name: str, *, default: bool = False) -> bool:
    """An on/off variable; unset or empty is the default."""
    value = text(name).strip()
    if not value:
        return default
    try:
        return SWITCHES[value.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to 1 or 0.") from None


def whole_number(name: str, *, default: int, at_least: int = 0, at_most: int = 525_600) -> int:
    """A whole number within bounds; unset or empty is the default."""
    value = text(name).strip() or str(default)
    number = parse_integer(value)
    if number is None or not at_least <= number <= at_most:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to a whole number from {at_least} to {at_most}.")
    return number


def names(name: str, *, default: list[str]) -> list[str]:
    """A comma-separated list; unset is the default, empty is an empty list."""
    variables_read.add(name)
    return [part.strip() for part in env.list(name, default=default) if part.strip()]


def origins(name: str) -> list[str]:
    """A comma-separated list of origins, such as https://app.example.com; unset is none."""
    listed = names(name, default=[])
    for origin in listed:
        if not ORIGIN.fullmatch(origin) or not has_host_and_port(origin):
            example = "https://app.example.com, without a path or a slash at its end"
            raise ImproperlyConfigured(f"{name} has {origin!r}; write origins like {example}.")
    return listed


def has_host_and_port(url: str) -> bool:
    """Whether the host in it can be one, as an IPv6 address above all, and the port is one."""
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        return False


def base_url(name: str, *, default: str, secure: bool) -> str:
    """The address that others know this by, without a slash at its end; unset or empty is the default.

    Where it must be `secure` it is https, but for this machine itself.
    """
    url = text(name).strip()
    if not url:
        return default
    origin = ORIGIN.match(url)
    if not (origin and PATH.fullmatch(url, origin.end()) and has_host_and_port(url)):
        raise ImproperlyConfigured(
            f"{name} is {url!r}; write it like https://todo.example.com or http://127.0.0.1:8000."
        )
    if secure and url.startswith("http:") and urlsplit(url).hostname not in LOOPBACK:
        raise ImproperlyConfigured(f"{name} is {url!r}; production sends links that begin with https:// only.")
    return url.rstrip("/")
