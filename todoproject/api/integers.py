"""Reading whole numbers from URLs, tokens and settings, in their one canonical form."""

import re

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_integer(text: str) -> int | None:
    """Return the number; None for signs, spaces, `_`, leading zeros, non-ASCII digits and more than 19 digits."""
    return int(text) if NUMBER.fullmatch(text) else None
