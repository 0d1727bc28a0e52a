"""Accounts for the admin, made where there is no terminal."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from testing.factories import make_user


def make_admin(email: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("make_admin", email, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_an_account_becomes_an_administrators_and_keeps_its_tokens(user: Any, user_client: Any) -> None:
    assert make_admin(user.email.upper()) == (f"{user.email.upper()} is an administrator.\n", "")
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert user_client.get("/auth/me/").status_code == 200


def test_making_an_administrator_twice_succeeds_twice(user: Any) -> None:
    assert make_admin(user.email) == make_admin(user.email)
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "sleeping@example.com"])
def test_without_an_active_account_it_fails_and_says_what_to_do(email: str) -> None:
    make_user("sleeping@example.com", is_active=False)
    with pytest.raises(CommandError, match=r"There is no active account .* here\. Sign up first"):
        make_admin(email)
    assert not User.objects.filter(is_staff=True).exists()


def test_on_a_copy_it_warns_that_the_account_will_be_gone(user: Any, settings: Any) -> None:
    settings.DURABLE = False
    assert (
        make_admin(user.email)[1]
        == "The database is a copy in /tmp: the account will be gone at the next cold start.\n"
    )


@pytest.mark.django_db
def test_createsuperuser_without_a_terminal_fails_instead_of_doing_nothing() -> None:
    with pytest.raises(CommandError, match="There is no terminal"):
        call_command("createsuperuser", stdin=StringIO())
    assert not User.objects.exists()
