"""Validators of text for models and serializers."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible


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
