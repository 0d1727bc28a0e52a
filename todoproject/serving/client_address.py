"""Where a request comes from."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64  # What one customer has at least (RFC 6177): each address in it is theirs.


def client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address; an empty text if there is none.

    It is the peer's, or with TRUSTED_PROXIES=n the n-th from the right of X-Forwarded-For: what stands before it the
    client may have written. Where there are fewer, or it is no address, it is the peer's. On Lambda the peer is the
    one that the gateway tells of.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    named = forwarded[-trusted].strip() if 0 < trusted <= len(forwarded) else ""
    return network(named) or network(request.META.get("REMOTE_ADDR", ""))


def network(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
