"""Rates for throttling, written as COUNT/PERIOD."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from todoproject.config.check_ids import CheckID, ConfigurationError

PATTERN = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,3})?([a-z]+)")
SECONDS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
SECONDS |= {"d": 86_400, "day": 86_400}


class Rate(NamedTuple):
    """The maximum number of attempts in a period."""

    attempts: int
    seconds: int


def parse_rate(name: str, text: str) -> Rate | None:
    """Parse a rate such as 20/min or 10/5min; an empty text is None, which is no limit."""
    if not text:
        return None
    match = PATTERN.fullmatch(text)
    if not match or match[3] not in SECONDS:
        hint = "set it to COUNT/PERIOD, such as 20/min, 10/5min or 100/hour, or to an empty text for no limit"
        raise ConfigurationError(CheckID.THROTTLES, f"{name} is {text!r}; {hint}.")
    return Rate(int(match[1]), int(match[2] or 1) * SECONDS[match[3]])


def require_rates(throttles: Mapping[str, object]) -> None:
    """Require that each is None or a Rate of positive numbers, as `parse_rate` returns it."""
    for scope, rate in throttles.items():
        if rate is not None and not (isinstance(rate, Rate) and rate.attempts > 0 and rate.seconds > 0):
            hint = "set it to a Rate of positive numbers, or to None for no limit"
            raise ConfigurationError(CheckID.THROTTLES, f"THROTTLES[{scope!r}] is {rate!r}; {hint}.")
