"""What a wrong name was probably meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 100

# How many wrong names one answer speaks of.
MAX_ERRORS = 20


def printable(text: str) -> str:
    """Return a client's text as it may stand in a message: not endless, and encodable."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def unknown_name_message(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence that refuses an unknown name and offers the nearest known one."""
    known = sorted(known)
    nearest = get_close_matches(name[:SHOWN].lower(), known, n=1, cutoff=0.5)
    if nearest:
        return f"Unknown {kind} '{printable(name)}'. Did you mean '{nearest[0]}'?"
    return f"Unknown {kind} '{printable(name)}'. " + (f"Known: {', '.join(known)}." if known else "None is taken here.")
