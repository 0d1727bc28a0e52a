"""Concurrent requests about one account."""

from collections.abc import Callable
from functools import partial
from time import sleep
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import ThrottleCount, User
from accounts.throttling import Attempt, clear_failures, reserve
from testing.concurrency import run_concurrently
from testing.factories import PASSWORD, client_for, make_todo, make_user
from testing.server import Server
from todos.models import Todo

Rounds = Callable[[int, int], int]


def make_eight_spellings(local: str) -> list[str]:
    """Return eight spellings of one address."""
    domains = ["example.com", "Example.com", "EXAMPLE.COM", "example.com ", "ｅxample.com", "example。com"]
    return [f"{local}@{domain}" for domain in domains] + [f"{local.upper()}@example.com", f" {local}@example.com"]


@pytest.mark.parametrize(
    "make_emails", [lambda local: [f"{local}@example.com"] * 8, make_eight_spellings], ids=["same", "spellings"]
)
def test_exactly_one_of_simultaneous_signups_with_one_email_succeeds(
    server: Server, rounds: Rounds, make_emails: Callable
) -> None:
    for _ in range(rounds(2, 100)):
        bodies = [{"email": email, "password": PASSWORD} for email in make_emails(uuid4().hex)]
        responses = run_concurrently(partial(server.call, "POST", "/auth/signup/", body) for body in bodies)
        assert sorted(response.status for response in responses) == [200] + [400] * 7
        messages = {response.json()["message"] for response in responses}
        assert messages == {"Sign up successfully", "Email already exists."}


@pytest.mark.django_db(transaction=True)
def test_no_todo_survives_the_concurrent_deletion_of_its_owner(rounds: Rounds) -> None:
    for _ in range(rounds(4, 50)):
        user = make_user()
        make_todo(user)
        delete = partial(client_for(user).delete, reverse("auth-me"), {"password": PASSWORD})
        create = [partial(client_for(user).post, reverse("todo-list"), {"title": "Buy milk"}) for _ in range(7)]
        deleted, *created = [response.status_code for response in run_concurrently([delete, *create])]
        assert deleted == 204
        assert set(created) <= {201, 401}
        assert not User.objects.exists()
        assert not Todo.objects.exists()


def test_token_refreshed_during_a_logout_does_not_work_after_it(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(5, 1_000)):
        body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        tokens = server.call("POST", "/auth/signup/", body).json()
        refresh = partial(server.call, "POST", "/auth/refresh/", {"refresh": tokens["refresh"]})
        logout = partial(server.call, "POST", "/auth/logout/", token=tokens["access"])
        logged_out, *refreshed = run_concurrently([logout] + [refresh] * 7)
        assert logged_out.status == 204
        assert {response.status for response in refreshed} <= {200, 401}
        accesses = [tokens["access"]] + [response.json()["access"] for response in refreshed if response.status == 200]
        assert {server.call("GET", "/auth/me/", token=access).status for access in accesses} == {401}
        assert refresh().status == 401


def test_exactly_one_of_simultaneous_password_changes_succeeds(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(2, 25)):
        token = server.sign_up()
        bodies = [{"current_password": PASSWORD, "new_password": f"battery horse {number}"} for number in range(4)]
        responses = run_concurrently(
            partial(server.call, "POST", "/auth/password/", body, token=token) for body in bodies
        )
        assert sorted(response.status for response in responses) == [200, 401, 401, 401]
        access = next(response.json()["access"] for response in responses if response.status == 200)
        assert server.call("GET", "/auth/me/", token=access).status == 200


@pytest.mark.django_db(transaction=True)
def test_counting_failures_and_clearing_them_does_not_deadlock(set_throttles: Callable) -> None:
    """Both lock the rows in the same order. Otherwise PostgreSQL would abort one of them."""
    set_throttles(account=9, email=9)
    account, email = (
        Attempt.for_email("account", "ada@example.com", "192.0.2.1"),
        Attempt.for_email("email", "ada@example.com"),
    )
    for attempt in (email, account):  # After ANALYZE PostgreSQL finds the rows in this order.
        reserve(attempt)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_throttlecount")

    def fail_slowly() -> None:
        with transaction.atomic():
            reserve(account)
            sleep(0.4)
            reserve(email)

    def clear_concurrently() -> None:
        sleep(0.2)
        clear_failures("ada@example.com")

    run_concurrently([fail_slowly, clear_concurrently])
    assert not ThrottleCount.objects.exists()


def test_simultaneous_logouts_return_204_or_401(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(3, 25)):
        token = server.sign_up()
        responses = run_concurrently([partial(server.call, "POST", "/auth/logout/", token=token)] * 8)
        statuses = sorted(response.status for response in responses)
        assert statuses[0] == 204
        assert set(statuses) <= {204, 401}
