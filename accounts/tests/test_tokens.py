"""Tokens: what they are, whose they are, and when they are worth nothing."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import AccessToken, RefreshToken, issue_tokens
from testing.factories import PASSWORD, client_for, make_user

NESTED = "[" * 20_000
DIGITS = "9" * 5_000

# Claims that mean nothing, or not what they must, as JSON; an empty one is missing. See `holders` for the numbers.
NONSENSE = [
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

NO_TOKENS = ["a", "a.b", "a.b.c", "a.b.c.d", "...", "e30.e30.e30", "\u00e9", "a" * 10_000, "%00", "{}", "null"]

NO_STRINGS: list[Any] = [None, 5, 1.5, True, [], {}, ["a.b.c"]]

too_long = pytest.mark.in_process("a gateway refuses so long a header itself")

HEADERS_OF_NO_TOKEN = [
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


def signed(payload: str, key: str = settings.SECRET_KEY) -> str:
    return jwt.PyJWS().encode(payload.encode(), key, "HS256")


def forged(kind: str, **claims: str) -> str:
    """A validly signed token of the user with the id 10 and the version 1, but for some claims, given as JSON."""
    sound = {
        "token_type": f'"{kind}"',
        "exp": str(int(time.time()) + 60),
        "jti": '"some"',
        "user_id": '"10"',
        "token_version": "1",
    }
    return signed("{" + ", ".join(f'"{name}": {value}' for name, value in (sound | claims).items() if value) + "}")


def use_access(token: str) -> Any:
    return APIClient().get(reverse("auth-me"), headers={"Authorization": f"JWT {token}"})


def use_refresh(token: str) -> Any:
    return APIClient().post(reverse("auth-refresh"), {"refresh": token})


@pytest.fixture(params=["access", "refresh"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def use(kind: str) -> Callable[[str], Any]:
    """Use a token for what tokens of its kind are for."""
    return {"access": use_access, "refresh": use_refresh}[kind]


@pytest.fixture
def holders(db: None) -> None:
    """Users whom a claim read too kindly would name."""
    make_user(pk=10, token_version=1)
    make_user(pk=1, token_version=1)


def assert_unauthorized(answer: Any) -> None:
    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert answer.json() == {"type": "client_error", "message": error["detail"], "errors": [error]}
    assert (error.keys(), error["attr"]) == ({"code", "detail", "attr"}, None)
    assert answer["WWW-Authenticate"] == 'JWT realm="api"'


def test_a_sound_forgery_works(holders: None, use: Any, kind: str) -> None:
    assert use(forged(kind)).status_code == 200


@pytest.mark.parametrize(("claim", "value"), NONSENSE, ids=lambda text: text[:25])
def test_a_signed_claim_that_makes_no_sense_is_401(holders: None, claim: str, value: str) -> None:
    assert_unauthorized(use_access(forged("access", **{claim: value})))
    assert_unauthorized(use_refresh(forged("refresh", **{claim: value})))


@pytest.mark.parametrize("value", ["1", "null", "true", "[]", "{}"])
def test_a_claim_that_nothing_depends_on_is_copied_nowhere(holders: None, value: str) -> None:
    answer = use_refresh(forged("refresh", iss=value))
    assert answer.status_code in (200, 401)
    if answer.status_code == 200:
        assert use_access(answer.json()["access"]).status_code == 200


@pytest.mark.parametrize(
    "payload", ["", "[]", '"text"', "1", "null", "{", "\0", NESTED, pytest.param('{"a":' * 20_000, marks=too_long)]
)
def test_a_signed_payload_that_is_no_object_is_401(db: None, payload: str) -> None:
    assert_unauthorized(use_access(signed(payload)))
    assert_unauthorized(use_refresh(signed(payload)))


@pytest.mark.parametrize("header", HEADERS_OF_NO_TOKEN, ids=lambda text: text[:25])
def test_another_header_is_401(holders: None, use: Any, kind: str, header: str) -> None:
    _, payload, signature = forged(kind).split(".")
    encoded = urlsafe_b64encode(header.encode()).decode().rstrip("=")
    assert_unauthorized(use(f"{encoded}.{payload}.{signature}"))
    assert_unauthorized(use(f"{encoded}.{payload}."))


def test_a_token_signed_with_nothing_is_401(holders: None, use: Any, kind: str) -> None:
    claims = jwt.decode(forged(kind), options={"verify_signature": False})
    assert_unauthorized(use(jwt.encode(claims, "", algorithm="none")))


def test_a_token_signed_with_another_key_or_algorithm_is_401(holders: None, use: Any, kind: str) -> None:
    claims = jwt.decode(forged(kind), options={"verify_signature": False})
    assert_unauthorized(use(jwt.encode(claims, "another key, as long as it has to be here", algorithm="HS256")))
    assert_unauthorized(use(jwt.encode(claims, settings.SECRET_KEY * 2, algorithm="HS512")))
    assert_unauthorized(use(jwt.encode(claims, settings.SECRET_KEY, algorithm="HS384")))


def test_a_changed_token_is_401(holders: None, use: Any, kind: str) -> None:
    header, payload, signature = forged(kind).split(".")
    _, other, _ = forged(kind, user_id='"1"').split(".")
    for changed in (f"{header}.{other}.{signature}", f"{header}.{payload}.{signature[::-1]}", f"{header}.{payload}."):
        assert_unauthorized(use(changed))


@pytest.mark.parametrize("text", NO_TOKENS, ids=lambda text: text[:25])
def test_what_is_no_token_is_401(db: None, text: str) -> None:
    assert_unauthorized(use_access(text))
    assert_unauthorized(use_refresh(text))


@pytest.mark.parametrize(
    "header", ["JWT", "JWT ", "JWT a b", "Basic eDp5", "Token a.b.c", "JWTa.b.c", "\xff\xfe", "", " "]
)
def test_any_other_authorization_is_401(db: None, api: APIClient, header: str) -> None:
    assert_unauthorized(api.get(reverse("auth-me"), headers={"Authorization": header}))


def test_no_authorization_is_401(db: None, api: APIClient) -> None:
    assert_unauthorized(api.get(reverse("auth-me")))


@pytest.mark.parametrize("scheme", ["JWT", "Bearer", "jwt", "Jwt", "bearer", "BEARER"])
def test_both_schemes_work_in_any_case(user: User, api: APIClient, scheme: str) -> None:
    header = f"{scheme} {issue_tokens(user)['access']}"
    assert api.get(reverse("auth-me"), headers={"Authorization": header}).status_code == 200


def test_no_token_is_read_from_the_query_string(user: User, api: APIClient) -> None:
    access = issue_tokens(user)["access"]
    for name in ("token", "access", "jwt", "authorization"):
        assert_unauthorized(api.get(reverse("auth-me", query={name: access})))


def test_a_token_is_of_one_kind(user: User) -> None:
    tokens = issue_tokens(user)
    assert_unauthorized(use_access(tokens["refresh"]))
    assert_unauthorized(use_refresh(tokens["access"]))


def test_an_expired_token_is_401(holders: None, use: Any, kind: str) -> None:
    assert_unauthorized(use(forged(kind, exp=str(int(time.time()) - 1))))


def test_tokens_live_15_minutes_and_14_days(user: User) -> None:
    tokens = issue_tokens(user)
    access, refresh = AccessToken(tokens["access"]), RefreshToken(tokens["refresh"])
    assert access["exp"] - access["iat"] == 15 * 60
    assert refresh["exp"] - refresh["iat"] == 14 * 24 * 60 * 60


def test_a_refresh_token_gives_access_again_and_again(user: User) -> None:
    refresh = issue_tokens(user)["refresh"]
    for _ in range(2):
        answer = use_refresh(refresh)
        assert answer.status_code == 200
        assert answer.json().keys() == {"token", "access"}
        assert answer.json()["token"] == answer.json()["access"]
        assert use_access(answer.json()["token"]).status_code == 200


def test_a_refreshed_token_lives_15_minutes_from_now(holders: None) -> None:
    access = AccessToken(use_refresh(forged("refresh")).json()["access"])
    assert access["exp"] == pytest.approx(time.time() + 15 * 60, abs=5)


@pytest.mark.parametrize("body", [{}, *({"refresh": value} for value in NO_STRINGS)])
def test_a_refresh_token_that_is_missing_or_no_string_is_400(db: None, api: APIClient, body: dict[str, Any]) -> None:
    answer = api.post(reverse("auth-refresh"), body)
    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == ["refresh"]


@pytest.mark.parametrize("text", ["", " "])
def test_a_blank_refresh_token_is_401(db: None, text: str) -> None:
    assert_unauthorized(use_refresh(text))


@pytest.mark.parametrize("header", ["JWT nonsense", "Basic eDp5"])
def test_a_refresh_ignores_the_authorization_header(user: User, api: APIClient, header: str) -> None:
    body = {"refresh": issue_tokens(user)["refresh"]}
    assert api.post(reverse("auth-refresh"), body, headers={"Authorization": header}).status_code == 200


def test_token_versions_are_random(db: None) -> None:
    versions = [make_user().token_version for _ in range(20)]
    assert len(set(versions)) == 20
    assert 2**50 < max(versions) < 2**62


@pytest.fixture
def token(user: User, kind: str) -> str:
    return issue_tokens(user)[kind]


def test_a_revoked_token_is_401(user: User, use: Any, token: str) -> None:
    assert use(token).status_code == 200
    user.revoke_tokens()
    assert_unauthorized(use(token))


def test_a_token_of_a_deleted_user_is_401(user: User, use: Any, token: str) -> None:
    user.delete()
    assert_unauthorized(use(token))


def test_a_token_of_a_deleted_user_is_worth_nothing_to_a_later_one_with_the_same_id(
    user: User, use: Any, token: str
) -> None:
    pk = user.pk
    user.delete()
    make_user(user.email, pk=pk)
    assert_unauthorized(use(token))


def by_save(user: User, is_active: bool) -> None:
    user.is_active = is_active
    user.save()


def by_save_of_one_field(user: User, is_active: bool) -> None:
    user.is_active = is_active
    user.save(update_fields=["is_active"])


def by_update(user: User, is_active: bool) -> None:
    User.objects.filter(pk=user.pk).update(is_active=is_active)


def by_the_admin(user: User, is_active: bool) -> None:
    browser = Client()
    browser.force_login(make_user(is_staff=True, is_superuser=True))
    form = {"email": user.email, **({"is_active": "on"} if is_active else {})}
    assert browser.post(reverse("admin:accounts_user_change", args=[user.pk]), form).status_code == 302


ways = pytest.mark.parametrize("activate", [by_save, by_save_of_one_field, by_update, by_the_admin])


@ways
def test_a_token_of_a_deactivated_user_is_401(user: User, use: Any, token: str, activate: Any) -> None:
    activate(user, False)
    assert_unauthorized(use(token))


def test_a_token_that_an_inactive_user_got_is_401(user: User, use: Any, kind: str) -> None:
    by_update(user, False)
    user.refresh_from_db()
    assert_unauthorized(use(issue_tokens(user)[kind]))


@ways
def test_reactivation_brings_no_token_back(user: User, use: Any, token: str, activate: Any) -> None:
    activate(user, False)
    activate(user, True)
    assert_unauthorized(use(token))
    answer = APIClient().post(reverse("auth-login"), {"email": user.email, "password": PASSWORD})
    assert use_access(answer.json()["token"]).status_code == 200


def test_a_password_that_is_set_and_saved_kills_older_tokens(user: User, use: Any, token: str) -> None:
    user.set_password("another horse battery")
    user.save()
    assert_unauthorized(use(token))


def test_a_password_that_is_updated_kills_older_tokens(user: User, use: Any, token: str) -> None:
    User.objects.filter(pk=user.pk).update(password="!")
    assert_unauthorized(use(token))


def test_a_change_of_anything_else_kills_no_token(user: User, use: Any, token: str) -> None:
    user.email = "another@example.com"
    user.save()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assert use(token).status_code == 200


def test_one_users_revocation_is_nobody_elses(user: User, user_client: APIClient) -> None:
    other = make_user()
    theirs = client_for(other)
    other.revoke_tokens()
    assert theirs.get(reverse("auth-me")).status_code == 401
    assert user_client.get(reverse("auth-me")).status_code == 200
