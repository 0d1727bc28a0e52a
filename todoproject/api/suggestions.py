"""Error texts for unknown names, with the nearest known one."""

from collections.abc import Iterable
from difflib import get_close_matches

# How many characters of a client's text an error repeats.
MAX_CHARACTERS = 100

# How many wrong names one response lists.
MAX_ERRORS = 20


def printable(text: str) -> str:
    """Return a client's text shortened and encodable, so that an error can repeat it."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"


def unknown_name_message(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the error text for an unknown field or parameter: it suggests the nearest known name, or lists all."""
    known = sorted(known)
    unknown = f"Unknown {kind} '{printable(name)}'."
    nearest = get_close_matches(name[:MAX_CHARACTERS].lower(), known, n=1, cutoff=0.5)
    if nearest:
        return f"{unknown} Did you mean '{nearest[0]}'?"
    return f"{unknown} Known: {', '.join(known)}." if known else f"{unknown} This request takes no {kind}s."
