"""The texts by which todos are searched and sorted, derived from their title and description.

They are stored because databases fold letters beyond ASCII, and sort, only by some collations.
"""

import unicodedata

# Separates the title from the description in the text that is searched; neither may contain it.
SEARCH_SEPARATOR = "\x1f"

# NFKD can make 18 characters of one, but an entry of an index in PostgreSQL holds at most 2,704 bytes: 384 characters
# take at most 1,536. Titles that are the same up to there are sorted by id.
TITLE_KEY_LENGTH = 384


def fold(text: str) -> str:
    """Return a text for comparisons without case and however characters are composed (Unicode 16, 3.13, D145)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def build_search_text(title: str, description: str) -> str:
    """Return the text in which a search looks for its folded argument."""
    return fold(f"{title}{SEARCH_SEPARATOR}{description}")


def build_title_key(title: str) -> str:
    """Return the text by which a title is sorted: without case and accents: Äpfel, apple, Zebra.

    It is the case-folded NFKD form without combining marks (Unicode's category Mn).
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", title).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Mn")[:TITLE_KEY_LENGTH]
