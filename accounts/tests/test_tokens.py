"""Access and refresh tokens: how they are sent, how long they live, and how they are refreshed."""

import time
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import AccessToken, RefreshToken, backend, issue_tokens
from testing.accounts import use_access_token, use_refresh_token
from testing.tokens import assert_unauthorized, forge_token

NOT_STRINGS: list[Any] = [None, 5, 1.5, True, [], {}, ["a.b.c"]]


@pytest.mark.parametrize(
    "header", ["JWT", "JWT ", "JWT a b", "Basic eDp5", "Token a.b.c", "JWTa.b.c", "\xff\xfe", "", " "]
)
def test_malformed_or_unknown_authorization_header_is_401(db: None, api: APIClient, header: str) -> None:
    assert_unauthorized(api.get(reverse("auth-me"), headers={"Authorization": header}))


def test_missing_authorization_header_is_401(db: None, api: APIClient) -> None:
    assert_unauthorized(api.get(reverse("auth-me")))


@pytest.mark.parametrize("scheme", ["JWT", "Bearer", "jwt", "Jwt", "bearer", "BEARER"])
def test_both_schemes_work_in_any_case(user: User, api: APIClient, scheme: str) -> None:
    header = f"{scheme} {issue_tokens(user)['access']}"
    assert api.get(reverse("auth-me"), headers={"Authorization": header}).status_code == 200


def test_token_in_the_query_string_is_ignored(user: User, api: APIClient) -> None:
    access = issue_tokens(user)["access"]
    for name in ("token", "access", "jwt", "authorization"):
        assert_unauthorized(api.get(reverse("auth-me", query={name: access})))


def test_token_of_the_other_kind_is_401(user: User) -> None:
    tokens = issue_tokens(user)
    assert_unauthorized(use_access_token(tokens["refresh"]))
    assert_unauthorized(use_refresh_token(tokens["access"]))


def test_expired_token_is_401_and_says_so(token_owners: None, use_token: Any, kind: str) -> None:
    response = use_token(forge_token(kind, exp=str(int(time.time()) - 20)))
    assert_unauthorized(response)
    assert response.json()["errors"][0]["code"] == "token_expired"


def test_expired_token_with_an_invalid_signature_is_not_valid(token_owners: None, use_token: Any, kind: str) -> None:
    token = forge_token(kind, exp=str(int(time.time()) - 20))
    response = use_token(token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"))
    assert response.json()["errors"][0]["code"] == "token_not_valid"


def test_clocks_may_differ_by_ten_seconds(token_owners: None, use_token: Any, kind: str) -> None:
    now = int(time.time())
    assert use_token(forge_token(kind, exp=str(now - 5))).status_code == 200
    assert use_token(forge_token(kind, iat=str(now + 5))).status_code == 200
    assert_unauthorized(use_token(forge_token(kind, iat=str(now + 60))))


@pytest.mark.parametrize("header", ["{}", "Token {}", "Bearer", "Bearer {} {}", "Basic eDp5", "Bearer{}"])
def test_unusable_authorization_header_is_told_what_to_send(user: User, api: APIClient, header: str) -> None:
    token = issue_tokens(user)["access"]
    response = api.get(reverse("auth-me"), headers={"Authorization": header.format(token, token)})
    assert_unauthorized(response)
    [error] = response.json()["errors"]
    assert (error["code"], "Authorization: Bearer <token>" in error["detail"]) == ("bad_authorization_header", True)
    assert token not in response.content.decode()


@pytest.mark.parametrize("header", ["", " "])
def test_empty_authorization_header_is_like_none(db: None, api: APIClient, header: str) -> None:
    response = api.get(reverse("auth-me"), headers={"Authorization": header})
    assert response.json()["errors"][0]["code"] == "not_authenticated"


def test_session_is_valid_beside_a_header_of_another_scheme(user: User, api: APIClient) -> None:
    api.force_login(user)
    assert api.get(reverse("auth-me"), headers={"Authorization": "Basic eDp5"}).status_code == 200


def test_access_tokens_live_15_minutes_and_refresh_tokens_14_days(user: User) -> None:
    tokens = issue_tokens(user)
    access, refresh = AccessToken(tokens["access"]), RefreshToken(tokens["refresh"])
    assert access["exp"] - access["iat"] == 15 * 60
    assert refresh["exp"] - refresh["iat"] == 14 * 24 * 60 * 60


def test_refresh_token_can_be_used_again(user: User) -> None:
    refresh = issue_tokens(user)["refresh"]
    for _ in range(2):
        response = use_refresh_token(refresh)
        assert response.status_code == 200
        assert response.json().keys() == {"token", "access"}
        assert response.json()["token"] == response.json()["access"]
        assert use_access_token(response.json()["token"]).status_code == 200


def test_refreshed_access_token_lives_15_minutes_from_now(token_owners: None) -> None:
    access = AccessToken(use_refresh_token(forge_token("refresh")).json()["access"])
    assert access["exp"] == pytest.approx(time.time() + 15 * 60, abs=5)


@pytest.mark.parametrize("body", [{}, *({"refresh": value} for value in NOT_STRINGS)])
def test_refresh_token_that_is_missing_or_not_a_string_is_400(db: None, api: APIClient, body: dict[str, Any]) -> None:
    response = api.post(reverse("auth-refresh"), body)
    assert response.status_code == 400
    assert [error["attr"] for error in response.json()["errors"]] == ["refresh"]


@pytest.mark.parametrize("text", ["", " "])
def test_blank_refresh_token_is_401(db: None, text: str) -> None:
    assert_unauthorized(use_refresh_token(text))


@pytest.mark.parametrize("header", ["JWT nonsense", "Basic eDp5"])
def test_refresh_ignores_the_authorization_header(user: User, api: APIClient, header: str) -> None:
    body = {"refresh": issue_tokens(user)["refresh"]}
    assert api.post(reverse("auth-refresh"), body, headers={"Authorization": header}).status_code == 200


@pytest.mark.in_process("calls the decoder")
def test_only_a_valid_token_of_this_api_is_verified_without_pyjwt(user: User) -> None:
    token, now = issue_tokens(user)["access"], int(time.time())
    assert backend.decode_own_token(token.encode()) == jwt.decode(token, settings.SECRET_KEY, ["HS256"])
    assert backend.decode_own_token(forge_token("access", iat=str(now)).encode()) is not None
    changes = {"exp": str(now - 20), "iat": str(now + 20), "sub": '"5"', "jti": ""}
    others = [forge_token("access", **{"iat": str(now), name: value}) for name, value in changes.items()]
    others += [token[:-3], token.replace(".", "..", 1), f"{token}=", "a.b.c", ""]
    assert [backend.decode_own_token(other.encode()) for other in others] == [None] * len(others)
