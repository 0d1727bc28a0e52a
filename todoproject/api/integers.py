"""Parses whole numbers in canonical form, from URLs, tokens and settings."""

import re

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_integer(text: str) -> int | None:
    """Return the number, or None for signs, spaces, `_`, leading zeros, non-ASCII digits and more than 19 digits."""
    return int(text) if NUMBER.fullmatch(text) else None
