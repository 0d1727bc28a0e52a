"""Validators of text for models and serializers."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

# Characters that show nothing though they are letters, marks or symbols to Unicode: its Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt, Unicode 16) as far as they are not of the categories below, and the blank braille pattern.
INVISIBLE_RANGES = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2065, 0x2065),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
# Control and format characters (such as the zero-width space U+200B), and separators (such as spaces).
INVISIBLE_CATEGORIES = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def is_invisible(character: str) -> bool:
    return unicodedata.category(character) in INVISIBLE_CATEGORIES or any(
        first <= ord(character) <= last for first, last in INVISIBLE_RANGES
    )


def validate_visible(value: str) -> None:
    """Refuse a text of invisible characters alone, like a blank one."""
    if all(is_invisible(character) for character in value):
        raise ValidationError("This field may not be blank. It has invisible characters only.", code="blank")


@deconstructible
class ControlCharactersValidator:
    """Refuses control characters (Unicode's category Cc), except those allowed."""

    def __init__(self, allowed: str = "") -> None:
        self.allowed = allowed

    def __call__(self, value: str) -> None:
        for character in value:
            if unicodedata.category(character) == "Cc" and character not in self.allowed:
                raise ValidationError(
                    f"Control characters are not allowed: U+{ord(character):04X}.",
                    code="control_characters_not_allowed",
                )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ControlCharactersValidator) and self.allowed == other.allowed

    def __hash__(self) -> int:
        return hash(self.allowed)
