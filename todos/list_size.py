"""The maximum size of a list that is read without `limit`."""

from typing import Any

from rest_framework.exceptions import ValidationError

from todoproject.api.exceptions import field_error
from todoproject.api.renderers import JSONRenderer
from todos.models import DESCRIPTION_LENGTH, TITLE_LENGTH

MAX_PAGE_ROWS = 200

# Lambda sends at most 6 MB, of which base64 may take a quarter. 5,000 small todos are about 2 MB.
MAX_ROWS_WITHOUT_LIMIT = 5_000
MAX_BYTES_WITHOUT_LIMIT = 4_000_000

# Upper bounds for the JSON of a todo: its names, dates and e-mail address, and 4 bytes per character (😀).
ROW_BYTES = 700
CHARACTER_BYTES = 4
TEXT_FIELDS = ("title", "description")
# So many todos are never too large.
SAFE_ROWS = MAX_BYTES_WITHOUT_LIMIT // (ROW_BYTES + CHARACTER_BYTES * (TITLE_LENGTH + DESCRIPTION_LENGTH))


def is_too_large(data: Any) -> bool:
    """Return whether a whole list is too large to send. It is rendered only if an upper bound exceeds the limit."""
    if len(data) <= SAFE_ROWS:
        return False
    bound = sum(ROW_BYTES + CHARACTER_BYTES * sum(len(row.get(name, "")) for name in TEXT_FIELDS) for row in data)
    return bound > MAX_BYTES_WITHOUT_LIMIT and len(JSONRenderer().render(data)) > MAX_BYTES_WITHOUT_LIMIT


def list_too_long_error() -> ValidationError:
    """Return the 400 for a list that is too long for one response."""
    detail = (
        f"This list has more than {MAX_ROWS_WITHOUT_LIMIT:,} todos or {MAX_BYTES_WITHOUT_LIMIT // 1_000_000} MB. "
        f"Add limit (1 to {MAX_PAGE_ROWS}) and follow the Link headers."
    )
    return field_error("limit", detail, "pagination_required")
