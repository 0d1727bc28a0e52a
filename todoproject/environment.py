"""Reading one environment variable, strictly: a value that means nothing stops the start."""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def switch(name: str, *, default: bool = False) -> bool:
    """An on/off variable; unset or empty is the default."""
    text = env.str(name, default="").strip()
    if not text:
        return default
    try:
        return SWITCHES[text.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} is {text!r}; set it to 1 or 0.") from None


def whole_number(name: str, *, default: int, at_least: int = 0, at_most: int = 2**31) -> int:
    """A whole number within bounds; unset or empty is the default."""
    text = env.str(name, default="").strip() or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 11 and at_least <= int(text) <= at_most):
        raise ImproperlyConfigured(f"{name} is {text!r}; set it to a whole number from {at_least} to {at_most}.")
    return int(text)


def names(name: str, *, default: list[str]) -> list[str]:
    """A comma-separated list; unset is the default, empty is an empty list."""
    return [part.strip() for part in env.list(name, default=default) if part.strip()]
