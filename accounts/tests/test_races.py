"""What holds when several requests about one account come at the same moment."""

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


def spellings(local: str) -> list[str]:
    """Eight spellings of one address."""
    domains = ["example.com", "Example.com", "EXAMPLE.COM", "example.com ", "ｅxample.com", "example。com"]
    return [f"{local}@{domain}" for domain in domains] + [f"{local.upper()}@example.com", f" {local}@example.com"]


@pytest.mark.parametrize("spelt", [lambda local: [f"{local}@example.com"] * 8, spellings], ids=["same", "spellings"])
def test_of_signups_with_one_email_exactly_one_succeeds(server: Server, rounds: Rounds, spelt: Callable) -> None:
    for _ in range(rounds(2, 100)):
        bodies = [{"email": email, "password": PASSWORD} for email in spelt(uuid4().hex)]
        answers = run_concurrently(partial(server.call, "POST", "/auth/signup/", body) for body in bodies)
        assert sorted(answer.status for answer in answers) == [200] + [400] * 7
        messages = {answer.json()["message"] for answer in answers}
        assert messages == {"Sign up successfully", "Email already exists."}


@pytest.mark.django_db(transaction=True)
def test_a_deleted_account_leaves_no_todo_behind(rounds: Rounds) -> None:
    for _ in range(rounds(4, 50)):
        user = make_user()
        make_todo(user)
        delete = partial(client_for(user).delete, reverse("auth-me"), {"password": PASSWORD})
        create = [partial(client_for(user).post, reverse("todo-list"), {"title": "Buy milk"}) for _ in range(7)]
        deleted, *created = [answer.status_code for answer in run_concurrently([delete, *create])]
        assert deleted == 204
        assert set(created) <= {201, 401}
        assert not User.objects.exists()
        assert not Todo.objects.exists()


def test_after_a_logout_no_token_works_that_was_refreshed_meanwhile(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(5, 1_000)):
        body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        tokens = server.call("POST", "/auth/signup/", body).json()
        refresh = partial(server.call, "POST", "/auth/refresh/", {"refresh": tokens["refresh"]})
        logout = partial(server.call, "POST", "/auth/logout/", token=tokens["access"])
        logged_out, *refreshed = run_concurrently([logout] + [refresh] * 7)
        assert logged_out.status == 204
        assert {answer.status for answer in refreshed} <= {200, 401}
        accesses = [tokens["access"]] + [answer.json()["access"] for answer in refreshed if answer.status == 200]
        assert {server.call("GET", "/auth/me/", token=access).status for access in accesses} == {401}
        assert refresh().status == 401


def test_of_password_changes_at_once_exactly_one_succeeds(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(2, 25)):
        token = server.sign_up()
        bodies = [{"current_password": PASSWORD, "new_password": f"battery horse {number}"} for number in range(4)]
        answers = run_concurrently(
            partial(server.call, "POST", "/auth/password/", body, token=token) for body in bodies
        )
        assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]
        access = next(answer.json()["access"] for answer in answers if answer.status == 200)
        assert server.call("GET", "/auth/me/", token=access).status == 200


@pytest.mark.django_db(transaction=True)
def test_failures_and_their_clearing_never_wait_for_each_other(limit: Callable) -> None:
    """Of two that held what the other one waits for, PostgreSQL would let one fail."""
    limit(account=9, email=9)
    account, email = (
        Attempt.for_email("account", "ada@example.com", "192.0.2.1"),
        Attempt.for_email("email", "ada@example.com"),
    )
    for each in (email, account):  # They are found in this order, once the database knows how few they are.
        reserve(each)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_throttlecount")

    def fail_slowly() -> None:
        with transaction.atomic():
            reserve(account)
            sleep(0.4)
            reserve(email)

    def clear_meanwhile() -> None:
        sleep(0.2)
        clear_failures("ada@example.com")

    run_concurrently([fail_slowly, clear_meanwhile])
    assert not ThrottleCount.objects.exists()


def test_logouts_at_once_are_204_or_401(server: Server, rounds: Rounds) -> None:
    for _ in range(rounds(3, 25)):
        token = server.sign_up()
        answers = run_concurrently([partial(server.call, "POST", "/auth/logout/", token=token)] * 8)
        statuses = sorted(answer.status for answer in answers)
        assert statuses[0] == 204
        assert set(statuses) <= {204, 401}
