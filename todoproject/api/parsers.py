"""Strict parsers of request bodies: a body is used in full or refused. The only change: CRLF in forms becomes LF."""

import io
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.utils.json import strict_constant

from todoproject.api.exceptions import field_error
from todoproject.api.suggestions import shorten_for_error

# Python itself refuses to read integers of over 4,300 digits, in its own words.
MAX_DIGITS = 1_000


class FormData(dict):
    """The fields of an HTML form by name, so that a serializer can tell a form from JSON."""


def repeated_field_error(name: str, prefix: str = "") -> ValidationError:
    return field_error(prefix + shorten_for_error(name), "This field is given more than once.", "repeated")


def decode_utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not valid UTF-8 (at byte {error.start}). Send it in UTF-8.") from None


class DuplicateKeyDetector:
    """Builds JSON objects, and records the first repeated key; `json.loads` would silently keep the last value."""

    def __init__(self) -> None:
        self.first_duplicate: tuple[str, dict[str, Any]] | None = None

    def build(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in pairs:
            if key in data and self.first_duplicate is None:
                self.first_duplicate = (key, data)
            data[key] = value
        return data

    def refuse_duplicate(self, parsed: Any) -> None:
        """Raise ValidationError if a key is repeated. In an item of an array, `attr` begins with the item's index."""
        if self.first_duplicate is not None:
            key, holder = self.first_duplicate
            items = parsed if isinstance(parsed, list) else []
            prefix = next((f"{index}." for index, item in enumerate(items) if item is holder), "")
            raise repeated_field_error(key, prefix)


def parse_json_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ParseError(f"JSON parse error - a number has more than {MAX_DIGITS} digits.")
    return int(text)


class StrictJSONParser(JSONParser):
    """Parses JSON in UTF-8; refuses repeated keys, NaN, Infinity and nesting beyond Python's recursion limit."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        text, detector = decode_utf8(stream.read()), DuplicateKeyDetector()
        if text.startswith("\ufeff"):
            raise ParseError("The body begins with a byte order mark. Send JSON without one.")
        try:
            parsed = json.loads(
                text, object_pairs_hook=detector.build, parse_constant=strict_constant, parse_int=parse_json_integer
            )
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        detector.refuse_duplicate(parsed)
        return parsed


def build_form_data(fields: Iterable[tuple[str, list[Any]]]) -> FormData:
    """Return a form's fields, with the CRLF that browsers send as LF. Raises ValidationError for a repeated field."""
    data = FormData()
    for name, values in fields:
        if len(values) > 1:
            raise repeated_field_error(name)
        data[name] = values[0].replace("\r\n", "\n") if isinstance(values[0], str) else values[0]
    return data


class StrictFormParser(FormParser):
    """Parses URL-encoded forms in UTF-8."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        text = decode_utf8(stream.read())
        if text.lstrip().startswith(("{", "[")):  # What `curl -d` sends for JSON; a field's name does not begin so.
            raise ParseError("The body looks like JSON. Send it with Content-Type: application/json.")
        try:
            pairs = parse_qsl(
                text,
                keep_blank_values=True,
                errors="strict",
                max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            )
        except ValueError as error:
            raise ParseError(f"Form parse error - {error}") from None
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return build_form_data(fields.items())


class StrictMultiPartParser(MultiPartParser):
    """Parses multipart forms in UTF-8. No field accepts a file: a file is refused as a value that is not a string."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        decode_utf8(body)
        count = count_parts(body, media_type or "")
        parsed = super().parse(io.BytesIO(body), media_type, parser_context)
        fields = [*parsed.data.lists(), *parsed.files.lists()]
        if sum(len(values) for _, values in fields) != count:
            raise ParseError("Multipart form parse error - a part has no usable name or file name.")
        return build_form_data(fields)


def count_parts(body: bytes, media_type: str) -> int:
    """Return the number of parts of a multipart body. Raises ParseError if the body is incomplete or encoded."""
    try:
        boundary = parse_header_parameters(media_type)[1]["boundary"].encode("ascii")
    except (KeyError, ValueError):
        raise ParseError("Multipart form parse error - the boundary is missing or not ASCII.") from None
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not boundary or pieces[0] or pieces[-1].strip() != b"--":
        raise ParseError("Multipart form parse error - the body does not begin and end with the boundary.")
    parts = pieces[1:-1]
    if any(b"content-transfer-encoding" in part.partition(b"\r\n\r\n")[0].lower() for part in parts):
        raise ParseError("Multipart form parse error - Content-Transfer-Encoding is not supported.")
    return len(parts)
