"""Request bodies: nothing in them is dropped, cut or mended without a word."""

import io
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.utils.json import strict_constant

from todoproject.api.suggestions import printable


class FormData(dict):
    """The fields of an HTML form, by name: a serializer field may treat a form's text by the form's rules."""


def repeated(name: str, index: str = "") -> ValidationError:
    return ValidationError(
        {index + printable(name): [ErrorDetail("This field is given more than once.", code="repeated")]}
    )


def utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: see byte {error.start}.") from None


class Objects:
    """Makes the objects of one JSON text, and notes the first one with two keys alike: Python keeps the last."""

    def __init__(self) -> None:
        self.doubtful: tuple[str, dict[str, Any]] | None = None

    def made_of(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in pairs:
            if key in data and self.doubtful is None:
                self.doubtful = (key, data)
            data[key] = value
        return data

    def check(self, parsed: Any) -> None:
        """Refuse a repeated key; in an item of an array it is named with the item's index."""
        if self.doubtful is not None:
            key, holder = self.doubtful
            items = parsed if isinstance(parsed, list) else []
            index = next((f"{index}." for index, item in enumerate(items) if item is holder), "")
            raise repeated(key, index)


class StrictJSONParser(JSONParser):
    """JSON in UTF-8, without repeated keys, NaN, Infinity, or nesting beyond Python's stack."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        text, objects = utf8(stream.read()), Objects()
        try:
            parsed = json.loads(text, object_pairs_hook=objects.made_of, parse_constant=strict_constant)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        objects.check(parsed)
        return parsed


def form_data(fields: Iterable[tuple[str, list[Any]]]) -> FormData:
    """One value a name; browsers send line ends as CRLF, a todo's are LF."""
    data = FormData()
    for name, values in fields:
        if len(values) > 1:
            raise repeated(name)
        data[name] = values[0].replace("\r\n", "\n") if isinstance(values[0], str) else values[0]
    return data


class StrictFormParser(FormParser):
    """URL-encoded forms in UTF-8."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            pairs = parse_qsl(
                utf8(stream.read()),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            )
        except ValueError as error:
            raise ParseError(f"Form parse error - {error}") from None
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return form_data(fields.items())


class StrictMultiPartParser(MultiPartParser):
    """Multipart forms in UTF-8. No field takes a file: one is refused as a value that is no string."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read()
        utf8(body)
        count = count_parts(body, media_type or "")
        parsed = super().parse(io.BytesIO(body), media_type, parser_context)
        fields = [*parsed.data.lists(), *parsed.files.lists()]
        if sum(len(values) for _, values in fields) != count:
            raise ParseError("Multipart form parse error - a part is no field: it has no usable name or file name.")
        return form_data(fields)


def count_parts(body: bytes, media_type: str) -> int:
    """Return how many parts a multipart body has. One that ends early, or that is encoded once more, is refused."""
    try:
        boundary = parse_header_parameters(media_type)[1]["boundary"].encode("ascii")
    except (KeyError, ValueError):
        raise ParseError("Multipart form parse error - the boundary is missing or not ASCII.") from None
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not boundary or pieces[0] or pieces[-1].strip() != b"--":
        raise ParseError("Multipart form parse error - the body does not begin and end with the boundary.")
    parts = pieces[1:-1]
    if any(b"content-transfer-encoding" in part.partition(b"\r\n\r\n")[0].lower() for part in parts):
        raise ParseError("Multipart form parse error - Content-Transfer-Encoding is not understood.")
    return len(parts)
