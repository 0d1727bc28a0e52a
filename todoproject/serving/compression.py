"""Compresses responses with gzip for clients that accept it, on every way of serving."""

import re
from typing import Any

from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

# Shorter bodies gain little: with their headers, they fit into one packet anyway.
MINIMUM_BYTES = 1_000

# The beginnings of the media types that gzip makes smaller. Images and fonts are compressed already.
COMPRESSIBLE_TYPES = ("text/", "application/", "image/svg+xml")

# A weight of 0 refuses gzip (RFC 9110, 12.5.3), which Django does not read.
REFUSES_GZIP = re.compile(r"\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)


class CompressionMiddleware(GZipMiddleware):
    """Django's middleware, for whole bodies of at least 1,000 bytes and of a type that gzip makes smaller.

    It makes a strong `ETag` weak, because the bytes are others; conditions accept both. Against attacks that guess a
    secret from the length of an encrypted response (BREACH), it adds a random number of bytes to each.
    """

    def process_response(self, request: Any, response: Any) -> Any:
        is_short = not response.streaming and len(response.content) < MINIMUM_BYTES
        is_compressible = response.get("Content-Type", "").startswith(COMPRESSIBLE_TYPES)
        if is_short or not is_compressible or "Content-Range" in response:
            return response
        if REFUSES_GZIP.search(request.headers.get("Accept-Encoding", "")):
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)
