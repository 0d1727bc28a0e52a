"""The errors that any view may return, each with its status, code and text."""

from collections.abc import Iterable

from rest_framework import exceptions, status
from rest_framework.exceptions import ErrorDetail, ValidationError


def field_error(attr: str, detail: str, code: str) -> ValidationError:
    """Return the 400 error about one field, query parameter or header."""
    return ValidationError({attr: [ErrorDetail(detail, code=code)]})


def format_error(available: Iterable[str]) -> ValidationError:
    """Return the 400 error about a `?format=` that is not one of the available ones."""
    detail = f"This format is not available here. Choose one of: {', '.join(sorted(set(available)))}."
    return field_error("format", detail, "invalid_choice")


class UnusableAuthorization(exceptions.AuthenticationFailed):
    """401: the `Authorization` header is a bare token, of another scheme, or not a scheme and one token."""

    default_detail = "This Authorization header cannot be used. Send: Authorization: Bearer <token>"
    default_code = "bad_authorization_header"


class PayloadTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 2.5 MB."
    default_code = "payload_too_large"


class RequestTimeout(exceptions.APIException):
    status_code = status.HTTP_408_REQUEST_TIMEOUT
    default_detail = "The body did not arrive in time. Send the request again."
    default_code = "request_timeout"


class IncompleteBody(exceptions.ParseError):
    default_detail = "The body is incomplete, or its chunks are malformed."


class UnsupportedCharset(exceptions.APIException):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_detail = "Only UTF-8 is accepted. Omit the charset or send charset=utf-8."
    default_code = "unsupported_charset"


class UnsupportedContentType(exceptions.UnsupportedMediaType):
    """A body that no parser reads; `media_type` is its Content-Type, or empty."""

    def __init__(self, media_type: str) -> None:
        problem = f'The Content-Type "{media_type}" is not supported' if media_type else "The body has no Content-Type"
        super().__init__(media_type, f"{problem}. Send JSON with Content-Type: application/json.")


class UnsupportedContentEncoding(exceptions.APIException):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_detail = "Compressed bodies are not supported. Send the body as it is, without Content-Encoding."
    default_code = "unsupported_content_encoding"


class DatabaseUnavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database is unavailable or busy. Try again later."
    default_code = "database_unavailable"


class HostNotAllowed(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = "The host name of the request is not allowed. Use one from the server's ALLOWED_HOSTS."
    default_code = "host_not_served"
