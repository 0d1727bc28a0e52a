"""Checks that each query parameter is known, given once and not empty."""

from urllib.parse import parse_qsl

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from todoproject.api.suggestions import MAX_ERRORS, shorten_for_error, unknown_name_message


def check_query_parameters(request: Request, known: set[str]) -> None:
    """Raise ValidationError for parameters that are unknown, repeated, empty (except from HTML forms) or not UTF-8."""
    try:
        query = request.META.get("QUERY_STRING", "").encode("latin-1").decode("utf-8")  # WSGI decodes as Latin-1.
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise ValidationError("The query string is not UTF-8.", code="invalid_utf8") from None
    errors: dict[str, list[ErrorDetail]] = {}
    seen = set()
    for name, value in pairs:
        if len(errors) == MAX_ERRORS:
            break
        if name not in known:
            detail = unknown_name_message("parameter", name, known)
            errors[shorten_for_error(name)] = [ErrorDetail(detail, code="unknown")]
        elif name in seen:
            errors[name] = [ErrorDetail("This parameter is given more than once.", code="repeated")]
        elif not value and request.accepted_renderer.format != "api":
            errors[name] = [ErrorDetail("This parameter is empty. Give it a value or omit it.", code="empty")]
        seen.add(name)
    if errors:
        raise ValidationError(errors)
