"""The commands that make administrators, without a terminal."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from testing.accounts import is_logged_in, log_in
from testing.factories import make_user
from testing.passwords import PASSWORD

pytestmark = pytest.mark.any_database


def make_admin(email: str) -> tuple[str, str]:
    """Run the command, and return what it wrote to standard output and to standard error."""
    out, err = StringIO(), StringIO()
    call_command("make_admin", email, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_make_admin_gives_an_account_all_rights_and_keeps_its_tokens(user: Any, user_client: Any) -> None:
    assert make_admin(user.email.upper()) == (f"{user.email.upper()} is an administrator.\n", "")
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert is_logged_in(user_client)


def test_make_admin_succeeds_for_an_administrator(user: Any) -> None:
    assert make_admin(user.email) == make_admin(user.email)
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "sleeping@example.com"])
def test_make_admin_without_an_active_account_fails_and_says_what_to_do(email: str) -> None:
    make_user("sleeping@example.com", is_active=False)
    with pytest.raises(CommandError, match=r"No active account has the address .*\. Sign up first"):
        make_admin(email)
    assert not User.objects.filter(is_staff=True).exists()


def test_make_admin_warns_that_a_copied_database_will_be_lost(user: Any, settings: Any) -> None:
    settings.DURABLE = False
    _, warning = make_admin(user.email)
    assert warning == "The database is a copy in /tmp: the account will be gone at the next cold start.\n"


@pytest.mark.django_db
def test_createsuperuser_without_a_terminal_fails_and_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="There is no terminal"):
        call_command("createsuperuser", stdin=StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "problem"), [("", "nobody could use an account without a password"), ("12345678", "too common")]
)
def test_createsuperuser_refuses_a_missing_or_weak_password(
    monkeypatch: pytest.MonkeyPatch, password: str, problem: str
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError, match=f"DJANGO_SUPERUSER_PASSWORD.*{problem}"):
        call_command("createsuperuser", interactive=False, email="ada@example.com")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_createsuperuser_with_a_password_makes_an_account_that_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="ada@example.com", verbosity=0)
    assert log_in("ada@example.com", PASSWORD).status_code == 200


def test_user_that_the_admin_adds_has_a_password(admin_client: Any) -> None:
    assert 'name="usable_password"' not in admin_client.get("/admin/accounts/user/add/").content.decode()
