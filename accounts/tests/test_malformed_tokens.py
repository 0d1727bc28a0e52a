"""Malformed and forged tokens."""

from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from django.conf import settings

from testing.accounts import use_access_token, use_refresh_token
from testing.tokens import assert_unauthorized, forge_token, sign_payload

NESTED = "[" * 20_000
DIGITS = "9" * 5_000

# Claims with invalid values, as JSON; an empty one is left out. The numbers are explained at `token_owners`.
INVALID_CLAIMS = [
    *(
        ("user_id", value)
        for value in (
            *("", "null", "10", "10.0", "true", '["10"]', '{"id": "10"}', '""', '"1_0"', '"+10"', '"010"', '" 10"'),
            *('"10 "', '"10.0"', '"\uff11\uff10"', '"-10"', '"ten"', '"0"', '"10\\u0000"', '"9223372036854775808"'),
            *(DIGITS, f'"{DIGITS}"', NESTED),
        )
    ),
    *(
        ("token_version", value)
        for value in (
            *("", "null", '"1"', "1.0", "true", "[1]", "2", "-1", "1e400", "NaN", "9223372036854775808"),
            *(str(2**70), DIGITS),
        )
    ),
    *(
        ("exp", value)
        for value in (
            *("", "null", '"soon"', '"9999999999"', "true", "[9999999999]", "0", "-1", "1e400", "NaN", "1e20"),
            *(str(10**12), str(2**70), f"-{DIGITS}", DIGITS),
        )
    ),
    *(("token_type", value) for value in ("", "null", '"sliding"', "1", '["access", "refresh"]', "{}")),
    ("jti", ""),
    *(("iat", value) for value in ('"now"', "[]", "1e400", DIGITS, "9999999999")),
    *(("nbf", value) for value in ('"now"', "[]", "1e400", DIGITS, "9999999999")),
]

NOT_TOKENS = ["a", "a.b", "a.b.c", "a.b.c.d", "...", "e30.e30.e30", "\u00e9", "a" * 10_000, "%00", "{}", "null"]
too_long = pytest.mark.in_process("a gateway refuses so long a header itself")

INVALID_HEADERS = [
    '{"alg": "none"}',
    '{"alg": "HS512"}',
    '{"alg": null}',
    '{"alg": ["HS256"]}',
    '{"alg": {"HS256": 1}}',
    '{"alg": "HS256", "crit": ["exp"]}',
    '{"alg": "HS256", "b64": false}',
    '{"alg": "HS256", "kid": 1}',
    '{"typ": "JWT"}',
    '"HS256"',
    "null",
    "",
    NESTED,
    pytest.param('{"alg": ' * 20_000, marks=too_long),
]


def test_valid_forged_token_works(token_owners: None, use_token: Any, kind: str) -> None:
    assert use_token(forge_token(kind)).status_code == 200


@pytest.mark.parametrize(("claim", "value"), INVALID_CLAIMS, ids=lambda text: text[:25])
def test_signed_token_with_an_invalid_claim_is_401(token_owners: None, claim: str, value: str) -> None:
    assert_unauthorized(use_access_token(forge_token("access", **{claim: value})))
    assert_unauthorized(use_refresh_token(forge_token("refresh", **{claim: value})))


@pytest.mark.parametrize("value", ["1", "null", "true", "[]", "{}"])
def test_refresh_token_with_a_foreign_claim_gives_a_valid_access_token_or_401(token_owners: None, value: str) -> None:
    response = use_refresh_token(forge_token("refresh", iss=value))
    assert response.status_code in (200, 401)
    if response.status_code == 200:
        assert use_access_token(response.json()["access"]).status_code == 200


@pytest.mark.parametrize(
    "payload", ["", "[]", '"text"', "1", "null", "{", "\0", NESTED, pytest.param('{"a":' * 20_000, marks=too_long)]
)
def test_signed_payload_that_is_not_an_object_is_401(db: None, payload: str) -> None:
    assert_unauthorized(use_access_token(sign_payload(payload)))
    assert_unauthorized(use_refresh_token(sign_payload(payload)))


@pytest.mark.parametrize("header", INVALID_HEADERS, ids=lambda text: text[:25])
def test_token_with_another_header_is_401(token_owners: None, use_token: Any, kind: str, header: str) -> None:
    _, payload, signature = forge_token(kind).split(".")
    encoded = urlsafe_b64encode(header.encode()).decode().rstrip("=")
    assert_unauthorized(use_token(f"{encoded}.{payload}.{signature}"))
    assert_unauthorized(use_token(f"{encoded}.{payload}."))


def test_unsigned_token_is_401(token_owners: None, use_token: Any, kind: str) -> None:
    claims = jwt.decode(forge_token(kind), options={"verify_signature": False})
    assert_unauthorized(use_token(jwt.encode(claims, "", algorithm="none")))


def test_token_signed_with_another_key_or_algorithm_is_401(token_owners: None, use_token: Any, kind: str) -> None:
    claims = jwt.decode(forge_token(kind), options={"verify_signature": False})
    assert_unauthorized(use_token(jwt.encode(claims, "another key, as long as it has to be here", algorithm="HS256")))
    assert_unauthorized(use_token(jwt.encode(claims, settings.SECRET_KEY * 2, algorithm="HS512")))
    assert_unauthorized(use_token(jwt.encode(claims, settings.SECRET_KEY, algorithm="HS384")))


def test_modified_token_is_401(token_owners: None, use_token: Any, kind: str) -> None:
    header, payload, signature = forge_token(kind).split(".")
    _, other, _ = forge_token(kind, user_id='"1"').split(".")
    for changed in (f"{header}.{other}.{signature}", f"{header}.{payload}.{signature[::-1]}", f"{header}.{payload}."):
        assert_unauthorized(use_token(changed))


@pytest.mark.parametrize("text", NOT_TOKENS, ids=lambda text: text[:25])
def test_text_that_is_not_a_token_is_401(db: None, text: str) -> None:
    assert_unauthorized(use_access_token(text))
    assert_unauthorized(use_refresh_token(text))
