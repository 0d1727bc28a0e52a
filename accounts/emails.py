"""The one form in which an e-mail address is kept and compared."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models

# RFC 5321, 4.5.3.1: 64 octets before the @; RFC 3696, erratum 1690: 254 in all.
LOCAL_PART_LENGTH = 64
LENGTH = 254

TOO_LONG = f"Ensure an email address has at most {LOCAL_PART_LENGTH} characters before the @ and {LENGTH} in all."

validate_syntax = EmailValidator()


def normal_email(text: str) -> str:
    """Return the normal form of an address: NFKC, trimmed, lower-cased, the domain as IDNA's ASCII.

    The result is ASCII, and its own normal form. Spellings that would be a second name for the same
    mailbox are no addresses here: a quoted local part and a domain literal. ValidationError otherwise.
    """
    if len(text) > 4 * LENGTH:  # Normalizing takes time by the square of the length.
        raise ValidationError(TOO_LONG, code="max_length")
    address = unicodedata.normalize("NFKC", text).strip()
    local, _, domain = address.rpartition("@")
    address = f"{local.lower()}@{ascii_domain(domain.lower())}"
    if not address.isascii() or '"' in address or "[" in address:
        raise ValidationError("Enter a valid email address.", code="invalid")
    validate_syntax(address)
    if len(local) > LOCAL_PART_LENGTH or len(address) > LENGTH:
        raise ValidationError(TOO_LONG, code="max_length")
    return address


def ascii_domain(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain:
        return domain
    if len(domain) > LENGTH:
        raise ValidationError("Enter a valid email address.", code="invalid")
    import idna  # Its tables take longer to load than an ASCII domain is worth.

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ValidationError("Enter a valid email address: the domain is no valid name.", code="invalid") from None


class NormalEmailField(models.EmailField):
    """An address that is saved, looked up and compared in its normal form."""

    def to_python(self, value: Any) -> Any:
        return normal_email(value) if isinstance(value, str) and value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        address = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.to_python(value), connection)

    def get_prep_value(self, value: Any) -> Any:
        """For look-ups: what is no address at all is looked up as it stands, and not found."""
        try:
            return self.to_python(value)
        except ValidationError:
            return value
