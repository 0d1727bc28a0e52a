"""Whole numbers in URLs and tokens, in the one form that they are written in."""

import re

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_integer(text: str) -> int | None:
    """Return the number, or None for any other spelling: signs, spaces, `_`, leading zeros, other digits, 20 digits."""
    return int(text) if NUMBER.fullmatch(text) else None
