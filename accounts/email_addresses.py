"""The normal form of e-mail addresses, in which every spelling of an address is stored and compared."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models

# RFC 5321, 4.5.3.1: 64 octets before the @; RFC 3696, erratum 1690: 254 in all.
MAX_LOCAL_PART_LENGTH = 64
MAX_LENGTH = 254

INVALID_MESSAGE = "Enter a valid email address."
INVALID_DOMAIN_MESSAGE = "Enter a valid email address. Its domain name is invalid."
TOO_LONG_MESSAGE = (
    f"Ensure an email address has at most {MAX_LOCAL_PART_LENGTH} characters before the @ and {MAX_LENGTH} in all."
)

validate_syntax = EmailValidator()


def normalize_email(text: str) -> str:
    """Return the normal form of an address: NFKC, trimmed, in lower case, with the domain encoded as ASCII (IDNA).

    The result is ASCII, and normalizing it again changes nothing. Raises ValidationError, also for quoted local parts
    and domain literals, which would give a mailbox a second spelling.
    """
    if len(text) > 4 * MAX_LENGTH:  # Normalizing takes quadratic time.
        raise ValidationError(TOO_LONG_MESSAGE, code="max_length")
    address = unicodedata.normalize("NFKC", text).strip()
    local, _, domain = address.rpartition("@")
    address = f"{local.lower()}@{encode_domain(domain.lower())}"
    if not address.isascii() or '"' in address or "[" in address:
        raise ValidationError(INVALID_MESSAGE, code="invalid")
    validate_syntax(address)
    if len(local) > MAX_LOCAL_PART_LENGTH or len(address) > MAX_LENGTH:
        raise ValidationError(TOO_LONG_MESSAGE, code="max_length")
    return address


def encode_domain(domain: str) -> str:
    """Return an international domain name in ASCII (IDNA, UTS 46). Raises ValidationError."""
    if domain.isascii() and "xn--" not in domain:
        return domain
    if len(domain) > MAX_LENGTH:
        raise ValidationError(INVALID_MESSAGE, code="invalid")
    import idna  # Loading its tables is slow, and most domains are ASCII.

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ValidationError(INVALID_DOMAIN_MESSAGE, code="invalid") from None


class NormalizedEmailField(models.EmailField):
    """An address that is saved, looked up and compared in its normal form."""

    def to_python(self, value: Any) -> Any:
        return normalize_email(value) if isinstance(value, str) and value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        address = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.to_python(value), connection)

    def get_prep_value(self, value: Any) -> Any:
        """Prepare a value for a lookup. An invalid address matches nothing; saving it raises."""
        try:
            return self.to_python(value)
        except ValidationError:
            return value
