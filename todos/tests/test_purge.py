"""How deleted todos are forgotten, and what is known of them afterwards."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.concurrency import run_concurrently
from testing.factories import make_todo, make_user
from testing.queries import statements
from todos import purge as purging
from todos.models import Todo
from todos.purge import purge, purge_batch
from todos.unit_of_work import unit_of_work

MONTH = timedelta(days=30)


def a_month_ago() -> datetime:
    return timezone.now() - MONTH


def delete(todo: Todo, *, at: datetime) -> None:
    with unit_of_work(todo.owner) as work:
        work.now = at
        work.delete(todo)


def make_tombstone(owner: User, *, at: datetime | None = None) -> Todo:
    """Make a todo deleted at that moment, else 40 days ago."""
    todo = make_todo(owner)
    delete(todo, at=at or timezone.now() - timedelta(days=40))
    return todo


def purged_revision(user: User) -> int:
    return User.objects.values_list("purged_revision", flat=True).get(pk=user.pk)


def detail(name: str, todo: Todo) -> str:
    return reverse(f"todo-{name}", args=[todo.pk])


# What is forgotten


def test_only_what_was_deleted_before_the_moment_is_forgotten(user: User) -> None:
    moment = a_month_ago()
    live, younger, exactly = make_todo(user), make_tombstone(user, at=timezone.now()), make_tombstone(user, at=moment)
    older = [make_tombstone(owner, at=moment - timedelta(microseconds=1)) for owner in (user, user, make_user())]
    assert purge(moment) == len(older)
    assert set(Todo.objects.all()) == {live, younger, exactly}


def test_a_todo_that_was_restored_is_kept(user: User) -> None:
    todo = make_tombstone(user)
    with unit_of_work(user) as work:
        work.restore(todo)
    assert purge(a_month_ago()) == 0
    assert purged_revision(user) == 0
    assert Todo.objects.live().get() == todo


def test_tombstones_go_in_batches_of_one_user_each(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert purging.BATCH_ROWS == 1_000
    monkeypatch.setattr(purging, "BATCH_ROWS", 3)
    for owner, count in ((user, 7), (make_user(), 2)):
        for _ in range(count):
            make_tombstone(owner)
    deletes = [sql for sql in statements(partial(purge, a_month_ago())) if sql.startswith("DELETE")]
    assert sorted(sql.count(",") + 1 for sql in deletes) == [1, 2, 3, 3]
    assert not Todo.objects.exists()


def test_where_nothing_is_old_one_statement_says_so(user: User) -> None:
    make_tombstone(user, at=timezone.now())
    assert len(statements(partial(purge, a_month_ago()))) == 1


def test_a_user_deleted_meanwhile_is_no_error(user: User) -> None:
    make_tombstone(user)
    user_id = user.pk
    user.delete()
    assert purge_batch(user_id, timezone.now()) == 0
    assert purge(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_a_purge_and_the_deletion_of_users_do_not_hinder_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH_ROWS", 3)
    users = [make_user() for _ in range(4)]
    for owner in users * 10:
        make_tombstone(owner)
    purged, *_ = run_concurrently([partial(purge, timezone.now()), *[owner.delete for owner in users[:3]]])
    assert purged >= 10
    assert not Todo.objects.exists()
    assert (User.objects.get(), purged_revision(users[3])) == (users[3], 20)


# What is known afterwards


def test_each_user_has_the_highest_revision_that_is_forgotten(user: User) -> None:
    other, third = make_user(), make_user()
    for owner in (user, user, other):
        make_tombstone(owner)
    make_tombstone(third, at=timezone.now())
    make_todo(user)
    purge(a_month_ago())
    assert [purged_revision(owner) for owner in (user, other, third)] == [4, 2, 0]


def test_the_forgotten_revision_is_never_lowered(user: User) -> None:
    lower = make_tombstone(user, at=timezone.now())
    make_tombstone(user)
    purge(a_month_ago())
    assert purged_revision(user) == 4
    assert purge(timezone.now()) == 1
    assert not Todo.objects.filter(pk=lower.pk).exists()
    assert purged_revision(user) == 4


def test_the_forgotten_revision_covers_all_batches_in_any_order(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH_ROWS", 1)
    for days in (40, 60, 50):
        make_tombstone(user, at=timezone.now() - timedelta(days=days))
    assert purge(a_month_ago()) == 3
    assert purged_revision(user) == 6


def test_a_forgotten_todo_is_not_there_for_any_call(user_client: APIClient, user: User) -> None:
    todo = make_tombstone(user)
    assert user_client.delete(detail("detail", todo)).status_code == 204
    purge(a_month_ago())
    assert user_client.post(detail("restore", todo)).status_code == 404
    assert user_client.delete(detail("detail", todo)).status_code == 404
    assert user_client.get(detail("detail", todo)).status_code == 404


def test_its_id_and_its_revision_are_not_used_again(user_client: APIClient, user: User) -> None:
    todo = make_tombstone(user)
    purge(a_month_ago())
    made = user_client.post(reverse("todo-list"), {"title": "x"}).json()
    assert made["id"] > todo.pk
    assert made["revision"] == 3


@pytest.mark.parametrize(("since", "status"), [(0, 200), (1, 410), (3, 410), (4, 200), (5, 200)])
def test_a_sync_from_before_what_is_forgotten_has_expired(
    user_client: APIClient, user: User, since: int, status: int
) -> None:
    for _ in range(2):
        make_tombstone(user)
    make_todo(user)
    purge(a_month_ago())
    answer = user_client.get(f"{reverse('todo-list')}?since={since}")
    assert answer.status_code == status
    if status == 410:
        assert answer.json()["errors"][0]["code"] == "sync_token_expired"
    else:
        assert [row["revision"] for row in answer.json()] == [5][: 5 - since]


def test_an_idempotency_key_is_free_again(user_client: APIClient) -> None:
    def send(title: str) -> Any:
        return user_client.post(reverse("todo-list"), {"title": title}, headers={"Idempotency-Key": "key"})

    first = send("x")
    delete(Todo.objects.get(), at=timezone.now() - timedelta(days=40))
    assert (send("x").status_code, send("y").status_code) == (200, 422)
    purge(a_month_ago())
    second = send("y")
    assert second.status_code == 201
    assert second.json()["id"] > first.json()["id"]


# The command


def purge_deleted() -> str:
    out = StringIO()
    call_command("purge_deleted", stdout=out)
    return out.getvalue()


def test_the_command_forgets_what_is_older_than_the_setting_and_says_so(user: User, settings: Any) -> None:
    make_tombstone(user)
    settings.TOMBSTONE_DAYS = 50
    assert purge_deleted() == "Purged 0 todos that were deleted over 50 days ago, and the expired sessions.\n"
    settings.TOMBSTONE_DAYS = 30
    assert purge_deleted() == "Purged 1 todos that were deleted over 30 days ago, and the expired sessions.\n"
    assert not Todo.objects.exists()


@pytest.mark.django_db
def test_the_command_clears_expired_sessions_and_keeps_others() -> None:
    for key, age in (("expired", timedelta(days=1)), ("current", -timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() - age)
    purge_deleted()
    assert [session.session_key for session in Session.objects.all()] == ["current"]


@pytest.mark.parametrize("days", ["29", "0", "-1", "x"])
def test_tombstones_of_less_than_30_days_stop_the_start(days: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "purge_deleted"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TOMBSTONE_DAYS": days},
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert f"TOMBSTONE_DAYS is '{days}'; set it to a whole number from 30 to 3650." in result.stderr
