"""Revocation of tokens, and what causes it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.accounts import is_logged_in, log_in, use_access_token
from testing.factories import PASSWORD, client_for, make_user
from testing.tokens import assert_unauthorized


def test_token_versions_are_random(db: None) -> None:
    versions = [make_user().token_version for _ in range(20)]
    assert len(set(versions)) == 20
    assert 2**50 < max(versions) < 2**62


@pytest.fixture
def token(user: User, kind: str) -> str:
    return issue_tokens(user)[kind]


def test_revoked_token_is_401(user: User, use_token: Any, token: str) -> None:
    assert use_token(token).status_code == 200
    user.revoke_tokens()
    assert_unauthorized(use_token(token))


def test_token_of_a_deleted_user_is_401(user: User, use_token: Any, token: str) -> None:
    user.delete()
    assert_unauthorized(use_token(token))


def test_token_of_a_deleted_user_is_401_when_a_new_user_gets_the_same_id(
    user: User, use_token: Any, token: str
) -> None:
    pk = user.pk
    user.delete()
    make_user(user.email, pk=pk)
    assert_unauthorized(use_token(token))


def activate_by_save(user: User, is_active: bool) -> None:
    user.is_active = is_active
    user.save()


def activate_by_save_of_one_field(user: User, is_active: bool) -> None:
    user.is_active = is_active
    user.save(update_fields=["is_active"])


def activate_by_update(user: User, is_active: bool) -> None:
    User.objects.filter(pk=user.pk).update(is_active=is_active)


def activate_in_the_admin(user: User, is_active: bool) -> None:
    browser = Client()
    browser.force_login(make_user(is_staff=True, is_superuser=True))
    form = {"email": user.email, **({"is_active": "on"} if is_active else {})}
    assert browser.post(reverse("admin:accounts_user_change", args=[user.pk]), form).status_code == 302


by_every_way = pytest.mark.parametrize(
    "activate", [activate_by_save, activate_by_save_of_one_field, activate_by_update, activate_in_the_admin]
)


@by_every_way
def test_token_of_a_deactivated_user_is_401(user: User, use_token: Any, token: str, activate: Any) -> None:
    activate(user, False)
    assert_unauthorized(use_token(token))


def test_token_issued_to_an_inactive_user_is_401(user: User, use_token: Any, kind: str) -> None:
    activate_by_update(user, False)
    user.refresh_from_db()
    assert_unauthorized(use_token(issue_tokens(user)[kind]))


@by_every_way
def test_reactivation_does_not_restore_tokens(user: User, use_token: Any, token: str, activate: Any) -> None:
    activate(user, False)
    activate(user, True)
    assert_unauthorized(use_token(token))
    response = log_in(user.email, PASSWORD)
    assert use_access_token(response.json()["token"]).status_code == 200


def test_setting_and_saving_a_password_revokes_older_tokens(user: User, use_token: Any, token: str) -> None:
    user.set_password("another horse battery")
    user.save()
    assert_unauthorized(use_token(token))


def test_updating_a_password_by_query_revokes_older_tokens(user: User, use_token: Any, token: str) -> None:
    User.objects.filter(pk=user.pk).update(password="!")
    assert_unauthorized(use_token(token))


def test_other_changes_of_a_user_revoke_no_token(user: User, use_token: Any, token: str) -> None:
    user.email = "another@example.com"
    user.save()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assert use_token(token).status_code == 200


def test_revocation_does_not_affect_other_users(user: User, user_client: APIClient) -> None:
    other = make_user()
    theirs = client_for(other)
    other.revoke_tokens()
    assert not is_logged_in(theirs)
    assert is_logged_in(user_client)
