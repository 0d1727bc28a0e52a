"""Parses whole numbers in canonical form, from URLs, tokens and settings."""

import re

MAX_INTEGER = 2**63 - 1  # The largest one that a database stores.
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_integer(text: str) -> int | None:
    """Return the number, or None for signs, spaces, `_`, leading zeros, non-ASCII digits and more than 63 bits."""
    number = int(text) if NUMBER.fullmatch(text) else None
    return None if number is None or number > MAX_INTEGER else number
