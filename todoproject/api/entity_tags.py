"""Entity tags in conditional requests (RFC 9110, 8.8.3 and 13.1)."""

import re

# An entity tag, weak or strong.
ENTITY_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# What compressing servers append to a tag: Apache's mod_deflate "-gzip" and mod_brotli "-br", Jetty "--gzip", Caddy
# "-zstd" among others.
PROXY_SUFFIX = re.compile(r'[-;]{1,2}(?:gzip|br|zstd|deflate)"$')


def is_wildcard(condition: str) -> bool:
    """Return whether a condition is `*`, which matches any existing version."""
    return condition.strip() == "*"


def condition_matches(condition: str, etag: str) -> bool:
    """Return whether a condition contains the tag, also as a compressing proxy rewrites it: W/"5" or "5-gzip"."""
    etags = (PROXY_SUFFIX.sub('"', tag.removeprefix("W/")) for tag in re.findall(ENTITY_TAG, condition))
    return is_wildcard(condition) or etag in etags
