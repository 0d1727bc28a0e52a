"""Saving a user through the model, in the shell or in the admin."""

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import PASSWORD, client_for, make_todo


def stale_copy(user: User) -> Any:
    return User.objects.get(pk=user.pk)


def test_a_stale_save_brings_no_revoked_token_back(user: User, user_client: APIClient) -> None:
    stale = stale_copy(user)
    user.revoke_tokens()
    stale.is_staff = True
    stale.save()
    assert user_client.get("/auth/me/").status_code == 401


def test_a_stale_save_turns_no_revision_back(user: User) -> None:
    stale = stale_copy(user)
    make_todo(user)
    stale.is_staff = True
    stale.save()
    user.refresh_from_db()
    assert (user.revision, user.is_staff) == (1, True)


def test_a_stale_save_undoes_no_deactivation(user: User) -> None:
    stale = stale_copy(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    stale.email = "new@example.com"
    stale.save()
    user.refresh_from_db()
    assert (user.email, user.is_active) == ("new@example.com", False)


def test_a_deferred_column_that_was_set_is_saved(user: User, user_client: APIClient) -> None:
    partial: Any = User.objects.only("email").get(pk=user.pk)
    partial.is_active = False
    partial.save()
    assert not stale_copy(user).is_active
    assert user_client.get("/auth/me/").status_code == 401


@pytest.mark.parametrize("between", ["refresh", "save some", "save none", "renew"])
def test_what_is_read_or_saved_between_forgets_no_change(user: User, between: str) -> None:
    copy = stale_copy(user)
    copy.is_staff = True
    if between == "refresh":
        copy.refresh_from_db(fields=["is_active"])
    elif between == "save some":
        copy.email = "other@example.com"
        copy.save(update_fields=["email"])
    elif between == "save none":
        copy.save(update_fields=[])
    else:
        copy.password = Argon2PasswordHasher().encode(PASSWORD, "saltsaltsalt")
        User.objects.filter(pk=user.pk).update(password=copy.password)
        assert copy.check_password(PASSWORD)
    copy.save()
    assert stale_copy(user).is_staff


def test_saving_what_did_not_change_keeps_tokens(user: User, user_client: APIClient) -> None:
    user.save()
    stale_copy(user).save()
    assert user_client.get("/auth/me/").status_code == 200


@pytest.mark.parametrize("change", ["set_password", "set_unusable_password", "assign"])
def test_another_password_ends_all_tokens(user: User, user_client: APIClient, change: str) -> None:
    copy = stale_copy(user)
    if change == "set_password":
        copy.set_password("another correct horse")
    elif change == "set_unusable_password":
        copy.set_unusable_password()
    else:
        copy.password = make_password("another correct horse")
    copy.save()
    assert user_client.get("/auth/me/").status_code == 401
    assert client_for(copy).get("/auth/me/").status_code == 200


def test_renewing_a_hash_keeps_tokens_and_undoes_no_change(user: User, user_client: APIClient) -> None:
    old = Argon2PasswordHasher().encode(PASSWORD, "saltsaltsalt")  # With Django's parameters, not ours.
    User.objects.filter(pk=user.pk).update(password=old, token_version=user.token_version)
    stale = stale_copy(user)
    assert stale_copy(user).check_password(PASSWORD)
    assert user_client.get("/auth/me/").status_code == 200
    renewed = stale_copy(user).password
    assert "m=19456,t=2,p=1" in renewed
    assert stale.check_password(PASSWORD)
    assert stale_copy(user).password == renewed
