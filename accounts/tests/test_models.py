"""Users saved through the model, as in the shell and in the admin."""

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from rest_framework.test import APIClient

from accounts.models import User
from testing.accounts import is_logged_in
from testing.factories import PASSWORD, client_for, make_todo


def load_copy(user: User) -> Any:
    return User.objects.get(pk=user.pk)


def test_stale_save_does_not_restore_revoked_tokens(user: User, user_client: APIClient) -> None:
    stale = load_copy(user)
    user.revoke_tokens()
    stale.is_staff = True
    stale.save()
    assert not is_logged_in(user_client)


def test_stale_save_does_not_lower_the_revision(user: User) -> None:
    stale = load_copy(user)
    make_todo(user)
    stale.is_staff = True
    stale.save()
    user.refresh_from_db()
    assert (user.revision, user.is_staff) == (1, True)


def test_stale_save_does_not_undo_a_deactivation(user: User) -> None:
    stale = load_copy(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    stale.email = "new@example.com"
    stale.save()
    user.refresh_from_db()
    assert (user.email, user.is_active) == ("new@example.com", False)


def test_deferred_column_that_was_set_is_saved(user: User, user_client: APIClient) -> None:
    partial: Any = User.objects.only("email").get(pk=user.pk)
    partial.is_active = False
    partial.save()
    assert not load_copy(user).is_active
    assert not is_logged_in(user_client)


@pytest.mark.parametrize("between", ["refresh", "save some", "save none", "renew"])
def test_unsaved_change_survives_other_reads_and_saves(user: User, between: str) -> None:
    copy = load_copy(user)
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
    assert load_copy(user).is_staff


def test_saving_without_changes_keeps_tokens(user: User, user_client: APIClient) -> None:
    user.save()
    load_copy(user).save()
    assert is_logged_in(user_client)


@pytest.mark.parametrize("change", ["set_password", "set_unusable_password", "assign"])
def test_saving_a_new_password_revokes_all_tokens(user: User, user_client: APIClient, change: str) -> None:
    copy = load_copy(user)
    if change == "set_password":
        copy.set_password("another correct horse")
    elif change == "set_unusable_password":
        copy.set_unusable_password()
    else:
        copy.password = make_password("another correct horse")
    copy.save()
    assert not is_logged_in(user_client)
    assert is_logged_in(client_for(copy))


def test_renewing_a_hash_keeps_tokens_and_does_not_undo_a_renewal(user: User, user_client: APIClient) -> None:
    old = Argon2PasswordHasher().encode(PASSWORD, "saltsaltsalt")  # With Django's default parameters.
    User.objects.filter(pk=user.pk).update(password=old, token_version=user.token_version)
    stale = load_copy(user)
    assert load_copy(user).check_password(PASSWORD)
    assert is_logged_in(user_client)
    renewed = load_copy(user).password
    assert "m=19456,t=2,p=1" in renewed
    assert stale.check_password(PASSWORD)
    assert load_copy(user).password == renewed
