"""Error texts for unknown names, which suggest the nearest known name."""

from collections.abc import Iterable
from difflib import get_close_matches

# The maximum length of a client's text in an error.
MAX_CHARACTERS = 100

# The maximum number of wrong names in one response.
MAX_ERRORS = 20


def shorten_for_error(text: str) -> str:
    """Shorten a client's text and escape lone surrogates, so that an error can contain it."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "…"


def unknown_name_message(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the error text for an unknown field or parameter. It suggests the nearest known name, or lists all."""
    known = sorted(known)
    unknown = f"Unknown {kind} '{shorten_for_error(name)}'."
    nearest = get_close_matches(name[:MAX_CHARACTERS].lower(), known, n=1, cutoff=0.5)
    if nearest:
        return f"{unknown} Did you mean '{nearest[0]}'?"
    return f"{unknown} Known: {', '.join(known)}." if known else f"{unknown} This request takes no {kind}s."
