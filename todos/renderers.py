"""Renders lists of todos as CSV."""

import csv
import io
import re
from typing import Any

from rest_framework.renderers import BaseRenderer

from todos.serializers import TodoSerializer

# The beginning of a cell that a spreadsheet would run as a formula (OWASP, CSV injection); white space may precede the
# character, and it may be full-width. A cell with apostrophes before it gets another one, so that exactly one is to be
# removed when such a cell is read.
FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")

# Excel takes a file without it for one in the system's old encoding.
BYTE_ORDER_MARK = "\ufeff"


def neutralize_formula(value: Any) -> Any:
    """Return the value with an apostrophe in front if a spreadsheet would run it as a formula."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


class CSVRenderer(BaseRenderer):
    """Renders CSV according to RFC 4180, in UTF-8 with a byte order mark, with a header line."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        if data is None:  # a 304 response
            return ""
        text = io.StringIO()
        text.write(BYTE_ORDER_MARK)
        writer = csv.DictWriter(text, list(TodoSerializer().fields))
        writer.writeheader()
        writer.writerows({name: neutralize_formula(value) for name, value in row.items()} for row in data)
        return text.getvalue()
