"""Purging tombstones, and what remains known of them."""

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
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.concurrency import run_concurrently
from testing.factories import make_todo, make_user
from testing.queries import capture_statements
from testing.todo_rows import delete_at, make_tombstone
from testing.todos import list_url, restore_url, todo_url
from todos import purge as purging_module
from todos.models import Todo
from todos.purge import purge, purge_batch
from todos.unit_of_work import unit_of_work


def a_month_ago() -> datetime:
    return timezone.now() - timedelta(days=30)


def read_purged_revision(user: User) -> int:
    return User.objects.values_list("purged_revision", flat=True).get(pk=user.pk)


# What is purged


def test_purge_deletes_only_tombstones_older_than_the_moment(user: User) -> None:
    moment = a_month_ago()
    kept = {make_todo(user), *(make_tombstone(user, deleted_at=time) for time in (timezone.now(), moment))}
    for owner in (user, user, make_user()):
        make_tombstone(owner, deleted_at=moment - timedelta(microseconds=1))
    assert purge(moment) == 3
    assert set(Todo.objects.all()) == kept


def test_restored_todo_is_not_purged(user: User) -> None:
    todo = make_tombstone(user)
    with unit_of_work(user) as work:
        work.restore(todo)
    assert purge(a_month_ago()) == 0
    assert read_purged_revision(user) == 0
    assert Todo.objects.live().get() == todo


def test_batch_holds_tombstones_of_one_user(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert purging_module.BATCH_ROWS == 1_000
    monkeypatch.setattr(purging_module, "BATCH_ROWS", 3)
    for owner, count in ((user, 7), (make_user(), 2)):
        for _ in range(count):
            make_tombstone(owner)
    deletes = [sql for sql in capture_statements(partial(purge, a_month_ago())) if sql.startswith("DELETE")]
    assert sorted(sql.count(",") + 1 for sql in deletes) == [1, 2, 3, 3]
    assert not Todo.objects.exists()


def test_purge_of_nothing_takes_one_statement(user: User) -> None:
    make_tombstone(user, deleted_at=timezone.now())
    assert len(capture_statements(partial(purge, a_month_ago()))) == 1


def test_purge_for_a_deleted_user_is_no_error(user: User) -> None:
    make_tombstone(user)
    user_id = user.pk
    user.delete()
    assert purge_batch(user_id, timezone.now()) == 0
    assert purge(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_purge_and_deletion_of_users_at_the_same_time_both_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging_module, "BATCH_ROWS", 3)
    users = [make_user() for _ in range(4)]
    for owner in users * 10:
        make_tombstone(owner)
    purged, *_ = run_concurrently([partial(purge, timezone.now()), *[owner.delete for owner in users[:3]]])
    assert purged >= 10
    assert not Todo.objects.exists()
    assert (User.objects.get(), read_purged_revision(users[3])) == (users[3], 20)


# What is known after a purge


def test_purged_revision_is_the_highest_purged_revision_of_each_user(user: User) -> None:
    other, third = make_user(), make_user()
    for owner in (user, user, other):
        make_tombstone(owner)
    make_tombstone(third, deleted_at=timezone.now())
    make_todo(user)
    purge(a_month_ago())
    assert [read_purged_revision(owner) for owner in (user, other, third)] == [4, 2, 0]


def test_purged_revision_is_never_lowered(user: User) -> None:
    lower = make_tombstone(user, deleted_at=timezone.now())
    make_tombstone(user)
    purge(a_month_ago())
    assert read_purged_revision(user) == 4
    assert purge(timezone.now()) == 1
    assert not Todo.objects.filter(pk=lower.pk).exists()
    assert read_purged_revision(user) == 4


def test_purged_revision_covers_all_batches_in_any_order(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging_module, "BATCH_ROWS", 1)
    for days in (40, 60, 50):
        make_tombstone(user, deleted_at=timezone.now() - timedelta(days=days))
    assert purge(a_month_ago()) == 3
    assert read_purged_revision(user) == 6


def test_purged_todo_is_404_for_every_call(user_client: APIClient, user: User) -> None:
    todo = make_tombstone(user)
    assert user_client.delete(todo_url(todo)).status_code == 204
    purge(a_month_ago())
    assert user_client.post(restore_url(todo)).status_code == 404
    assert user_client.delete(todo_url(todo)).status_code == 404
    assert user_client.get(todo_url(todo)).status_code == 404


def test_id_and_revision_of_a_purged_todo_are_not_used_again(user_client: APIClient, user: User) -> None:
    todo = make_tombstone(user)
    purge(a_month_ago())
    created = user_client.post(list_url(), {"title": "x"}).json()
    assert created["id"] > todo.pk
    assert created["revision"] == 3


@pytest.mark.parametrize(("since", "status"), [(0, 200), (1, 410), (3, 410), (4, 200), (5, 200)])
def test_since_before_the_purged_revision_is_410(user_client: APIClient, user: User, since: int, status: int) -> None:
    for _ in range(2):
        make_tombstone(user)
    make_todo(user)
    purge(a_month_ago())
    response = user_client.get(list_url(since=since))
    assert response.status_code == status
    if status == 410:
        assert response.json()["errors"][0]["code"] == "sync_token_expired"
    else:
        assert [row["revision"] for row in response.json()] == [5][: 5 - since]


def test_idempotency_key_of_a_purged_todo_can_be_used_again(user_client: APIClient) -> None:
    def send(title: str) -> Any:
        return user_client.post(list_url(), {"title": title}, headers={"Idempotency-Key": "key"})

    first = send("x")
    delete_at(Todo.objects.get(), timezone.now() - timedelta(days=40))
    assert (send("x").status_code, send("y").status_code) == (200, 422)
    purge(a_month_ago())
    second = send("y")
    assert second.status_code == 201
    assert second.json()["id"] > first.json()["id"]


# The command


def run_purge_command() -> str:
    """Run `manage.py purge_deleted`, and return its output."""
    out = StringIO()
    call_command("purge_deleted", stdout=out)
    return out.getvalue()


def test_command_purges_tombstones_older_than_the_setting_and_reports_them(user: User, settings: Any) -> None:
    make_tombstone(user)
    settings.TOMBSTONE_DAYS = 50
    assert run_purge_command() == "Purged 0 todos deleted more than 50 days ago, and the expired sessions.\n"
    settings.TOMBSTONE_DAYS = 30
    assert run_purge_command() == "Purged 1 todos deleted more than 30 days ago, and the expired sessions.\n"
    assert not Todo.objects.exists()


@pytest.mark.django_db
def test_command_deletes_expired_sessions_only() -> None:
    for key, age in (("expired", timedelta(days=1)), ("current", -timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() - age)
    run_purge_command()
    assert [session.session_key for session in Session.objects.all()] == ["current"]


@pytest.mark.any_database
@pytest.mark.parametrize("days", ["29", "0", "-1", "x"])
def test_tombstone_days_below_30_stop_the_start(days: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "purge_deleted"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TOMBSTONE_DAYS": days},
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    assert f"TOMBSTONE_DAYS is '{days}'; set it to a whole number from 30 to 3650." in result.stderr
