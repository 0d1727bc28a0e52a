"""Typed readers of environment variables. An invalid value prevents the start (ConfigurationError)."""

import os

from todoproject.api.integers import parse_integer
from todoproject.config.check_ids import CheckID, ConfigurationError
from todoproject.config.rates import Rate, parse_rate
from todoproject.config.rules import require_base_url, require_in_range, require_origins

variables_read: set[str] = set()  # The names of all variables that were read.

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def read_string(name: str, *, default: str = "") -> str:
    """Return the value unchanged; django-environ would replace a value that begins with `$`."""
    variables_read.add(name)
    return os.environ.get(name, default)


def read_boolean(name: str, *, default: bool = False) -> bool:
    """Return a Boolean, such as 1 or false; unset or empty is the default."""
    value = read_string(name).strip()
    if not value:
        return default
    try:
        return BOOLEANS[value.lower()]
    except KeyError:
        raise ConfigurationError(CheckID[name], f"{name} is {value!r}; set it to 1 or 0.") from None


def read_integer(name: str, *, default: int) -> int:
    """Return a whole number within the setting's range (INTEGER_RANGES); unset or empty is the default."""
    value = read_string(name).strip() or str(default)
    return require_in_range(CheckID[name], parse_integer(value), written=value)


def read_string_list(name: str, *, default: str = "") -> list[str]:
    """Return the parts of a comma-separated list; unset is the default, empty is an empty list."""
    return [part.strip() for part in read_string(name, default=default).split(",") if part.strip()]


def read_rate(name: str, *, default: str) -> Rate | None:
    """Return a rate written as COUNT/PERIOD, such as 20/min or 10/5min; unset is the default, empty is no limit."""
    return parse_rate(name, read_string(name, default=default).strip())


def read_origins(name: str) -> list[str]:
    """Return a comma-separated list of origins, such as https://app.example.com; unset is an empty list."""
    listed = read_string_list(name)
    require_origins(listed)
    return listed


def read_base_url(name: str, *, default: str) -> str:
    """Return an http or https URL without a trailing slash; unset or empty is the default."""
    url = read_string(name).strip()
    require_base_url(url)
    return url.rstrip("/") or default
