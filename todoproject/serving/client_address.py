"""The address of the client that sent a request."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64  # A customer has at least a /64 (RFC 6177), and can use every address in it.


def get_client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address; an empty string if it is unknown.

    With TRUSTED_PROXIES=n it is the n-th entry from the right of X-Forwarded-For: entries further left may be forged
    by the client. Without that setting, or if that entry is missing or not an address, it is the peer's address. On
    Lambda the peer is the address that the gateway reports.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    reported = forwarded[-trusted].strip() if 0 < trusted <= len(forwarded) else ""
    return normalize_address(reported) or normalize_address(request.META.get("REMOTE_ADDR", ""))


def normalize_address(text: str) -> str:
    """Return the canonical form of an IPv4 address or of an IPv6 address's /64; an empty string for other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
