"""The client's address: forwarding headers count only from trusted proxies."""

from typing import Any

import pytest
from django.test import RequestFactory

from todoproject.serving.client_address import get_client_address


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.1, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.1,203.0.113.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1 , 203.0.113.1", "198.51.100.1"),
        (3, "198.51.100.1, 203.0.113.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.1, unknown", "192.0.2.1"),
        (1, "203.0.113.1,", "192.0.2.1"),
        (1, "203.0.113.1, 2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
    ],
)
def test_only_the_address_from_a_trusted_proxy_counts(
    settings: Any, trusted: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    headers = {"X-Forwarded-For": forwarded, "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6"}
    assert get_client_address(RequestFactory(headers=headers).get("/", REMOTE_ADDR="192.0.2.1")) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_each_client_has_one_address_however_it_is_spelled(peer: str, expected: str) -> None:
    assert get_client_address(RequestFactory().get("/", REMOTE_ADDR=peer)) == expected
