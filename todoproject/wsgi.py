"""The WSGI application."""

import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")


class UTF8Request(WSGIRequest):
    """A request that ignores the charset of its Content-Type; middleware refuses every charset except UTF-8.

    Django itself would raise while building the request if the charset is the name of a codec such as zlib.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {"charset": "unreadable"}


try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Not started: {error}")

application.request_class = UTF8Request
