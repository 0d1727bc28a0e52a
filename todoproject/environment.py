"""Reading one environment variable, strictly: a value that means nothing stops the start."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

from todoproject.numbers import parse_integer

env = environ.Env()

asked: set[str] = set()  # The names of all variables that were read.

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")

SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def text(name: str) -> str:
    """A text as it stands, or an empty one: `$` in a key refers to no other variable, as it would by `env.str`."""
    asked.add(name)
    return env.ENVIRON.get(name, "")


def switch(name: str, *, default: bool = False) -> bool:
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
    asked.add(name)
    return [part.strip() for part in env.list(name, default=default) if part.strip()]


def origins(name: str) -> list[str]:
    """A comma-separated list of origins, such as https://app.example.com; unset is none."""
    listed = names(name, default=[])
    for origin in listed:
        if not ORIGIN.fullmatch(origin):
            example = "https://app.example.com, without a path or a slash at its end"
            raise ImproperlyConfigured(f"{name} has {origin!r}; write origins like {example}.")
    return listed
