"""E-mail addresses in many spellings, and texts that are not addresses."""

import re
from collections.abc import Sequence
from random import Random

# Pairs of a spelling, and the normal form of the same address.
SPELLINGS = [
    ("Kate@Example.COM", "kate@example.com"),
    (" \tkate@example.com\n", "kate@example.com"),
    ("\u3000kate@example.com\u00a0", "kate@example.com"),
    ("\u212aate@example.com", "kate@example.com"),  # the Kelvin sign
    ("ka\uff54e@\uff45\uff58ample.com", "kate@example.com"),  # full-width letters
    ("kate\uff20example\uff0ecom", "kate@example.com"),  # full-width @ and full stop
    ("kate@example\u3002com", "kate@example.com"),  # an ideographic full stop
    ("kate@exa\u00admple.com", "kate@example.com"),  # a soft hyphen
    ("\u017fam@example.com", "sam@example.com"),  # a long s
    ("\ufb01ona@example.com", "fiona@example.com"),  # the ligature fi
    ("kate@Bücher.example", "kate@xn--bcher-kva.example"),
    ("kate@bu\u0308cher.example", "kate@xn--bcher-kva.example"),  # u and a combining diaeresis
    ("kate@XN--BCHER-KVA.example", "kate@xn--bcher-kva.example"),
    ("kate@faß.example", "kate@xn--fa-hia.example"),
]

INVALID_ADDRESSES = [
    '"kate"@example.com',
    '"kate@home"@example.com',
    "kate@[127.0.0.1]",
    "kate@[IPv6:::1]",
    "kate@example.com.",
    "kate@example..com",
    "kate.@example.com",
    "kate@home@example.com",
    "ka te@example.com",
    "kate\n@example.com",
    "kate\0@example.com",
    "kate\u200b@example.com",  # a zero-width space
    "k\u0131te@example.com",  # a dotless i
    "K\u0130TE@EXAMPLE.COM",  # a dotted capital I
    "jürgen@example.com",
    "kate@\U0001f600.example",
    "kate@xn--a.example",
    "kate@\ud800.example",
    "kate@exa\u200dmple.com",  # a zero-width joiner
    "kate@" + "a" * 64 + ".example",
    "kate@" + "ü" * 300 + ".example",
    "kate",
    "kate@",
    "@example.com",
    "@",
]

VARIANTS: dict[str, Sequence[str]] = {
    "k": "kK\u212a\uff4b\uff2b",
    "a": "aA\uff41\u00aa",
    "@": ["@", "\uff20", "\ufe6b"],
    ".": [".", "\u3002", "\uff0e", "\uff61", "\u2024"],
    "ü": ["ü", "Ü", "u\u0308", "U\u0308", "ü\u00ad"],
    "e": ["e", "E", "\uff45", "\u2147", "\u212f"],
}


def make_address(length: int) -> str:
    """Return an address of `length` characters in total, 64 of them before the @."""
    domain = "a" * 60 + "." + "b" * 60 + "." + "c" * (length - 64 - 1 - 122 - 4) + ".com"
    return "x" * 64 + "@" + domain


def make_spelling(random: Random) -> str:
    """Return a random spelling of kate@bücher.example; some spellings are not valid addresses."""
    text = "".join(random.choice(VARIANTS.get(letter, letter + letter.upper())) for letter in "kate@bücher.example")
    text = text if random.random() < 0.8 else re.sub("(?i)b[^.]+cher", "xn--BCHER-kva", text)
    white = [random.choice(["", " ", "\t", "\n", "\u3000", "\u00a0"]) for _ in range(2)]
    return white[0] + text + white[1]
