"""A list as CSV."""

import csv
import io
import re
from typing import Any

from rest_framework.renderers import BaseRenderer

from todos.serializers import TodoSerializer

# What spreadsheets take for a formula (OWASP, CSV injection), also behind white space
# and full-width.
FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def cell(value: Any) -> Any:
    """A value as a spreadsheet shall show it: what it would run begins with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


class CSVRenderer(BaseRenderer):
    """RFC 4180, in UTF-8, with a line of names."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        if data is None:  # 304
            return ""
        text = io.StringIO()
        writer = csv.DictWriter(text, TodoSerializer.Meta.fields)
        writer.writeheader()
        writer.writerows({name: cell(value) for name, value in row.items()} for row in data)
        return text.getvalue()
