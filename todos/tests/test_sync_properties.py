"""A copy that a client keeps by sync equals the list, whatever happens to the todos (a Hypothesis test)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from testing.sync_model import Account
from testing.todo_rows import tomorrow
from testing.todos import Row, list_url, restore_url, todo_url
from todos.purge import purge


class Accounts:
    """Two users and the calls on their todos; each step checks the response against what is known so far."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = Account(), Account()
        self.last_purge = timezone.now()

    def pick(self, who: int, number: int) -> tuple[Account, int, Row | None]:
        """Return a user, the id that a number stands for, mostly of one of their todos, and the todo if it is live."""
        account = self.accounts[who]
        owner = account if number % 4 else self.accounts[1 - who]
        known = sorted({*owner.live, *owner.deleted}) or [1]
        pk = known[number % len(known)]
        return account, pk, account.live.get(pk)

    def create(self, who: int, fields: Row, key: str, again: bool) -> None:
        account = self.accounts[who]
        before, pk = account.created_by_key.get(key, (fields, 0))
        fields = before if again else {"title": "a"} | fields
        if not key or (pk not in account.live and pk not in account.deleted):
            headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
            created = account.write("post", list_url(), {"title": "a"} | fields, 201, **headers).json()
            account.created_by_key[key] = {"title": "a"} | fields, created["id"]
            assert created == account.live[created["id"]]
        elif before != fields:
            account.write("post", list_url(), fields, 422, HTTP_IDEMPOTENCY_KEY=key)
        else:
            response = account.write("post", list_url(), fields, 200, HTTP_IDEMPOTENCY_KEY=key)
            assert response["Idempotent-Replayed"] == "true"
            assert (response.json()["id"], "deleted" in response.json()) == (pk, pk in account.deleted)

    def change(self, who: int, method: str, number: int, fields: Row, condition: str) -> None:
        account, pk, todo = self.pick(who, number)
        revision = (todo["revision"] if todo else 2) - ("stale" in condition)
        title = {"title": "b"} if method == "put" else {}
        body = fields | title | ({"revision": revision} if "revision" in condition else {})
        headers = {"HTTP_IF_MATCH": f'W/"0", "{revision}"'} if "match" in condition else {}
        status = 404 if not todo else 412 if "stale" in condition else 202 if method == "patch" else 200
        response = account.write(method, todo_url(pk), body, status, **headers)
        if todo:
            assert response.json() == account.live[pk] == account.get(todo_url(pk)).json()
            assert response["ETag"] == f'"{account.live[pk]["revision"]}"'

    def delete(self, who: int, number: int, condition: str) -> None:
        account, pk, todo = self.pick(who, number)
        revision = (todo["revision"] if todo else 2) - ("stale" in condition)
        headers = {"HTTP_IF_MATCH": f'"{revision}"'} if "match" in condition else {}
        stale = todo and headers and "stale" in condition
        status = 412 if stale else 204 if todo or pk in account.deleted else 404
        account.write("delete", todo_url(pk), None, status, **headers)
        assert (pk in account.live) is bool(stale)

    def restore(self, who: int, number: int) -> None:
        account, pk, todo = self.pick(who, number)
        if number % 2 and account.deleted:
            pk, todo = min(account.deleted), None
        status = 200 if todo or pk in account.deleted else 404
        response = account.write("post", restore_url(pk), None, status)
        assert status == 404 or response.json() == account.live[pk]

    def create_many(self, who: int, rows: list[Row], invalid: bool) -> None:
        body = [{"title": "c"} | row for row in rows] + [{"title": ""}] * invalid
        response = self.accounts[who].write("post", list_url(), body, 400 if invalid else 201)
        assert invalid or response.json() == list(self.accounts[who].live.values())[-len(rows) :]

    def change_many(self, who: int, numbers: list[int], fields: Row, stale: bool) -> None:
        picked = {pk: todo for _, pk, todo in (self.pick(who, number) for number in numbers)}
        body = [{"id": pk, "revision": todo["revision"] if todo else 1} | fields for pk, todo in picked.items()]
        body[-1]["revision"] -= stale
        status = 400 if not all(picked.values()) else 412 if stale else 202
        response = self.accounts[who].write("patch", list_url(), body, status)
        assert status != 202 or response.json() == [self.accounts[who].live[pk] for pk in picked]

    def clear(self, who: int) -> None:
        account = self.accounts[who]
        account.write("delete", list_url(status="completed"), None, 204)
        assert all(todo["status"] == "open" for todo in account.live.values())

    def purge(self, everything: bool) -> None:
        """Purge all tombstones, or those that were there at the last purge."""
        purge(tomorrow() if everything else self.last_purge)
        self.last_purge = timezone.now()
        for account in self.accounts:
            account.read_tombstones()
            assert not (everything and account.deleted)

    def get_if_changed(self, who: int, number: int, tag_number: int) -> None:
        """Send a GET with an earlier entity tag; check that the response is 304 only if it is the current one."""
        account, pk, todo = self.pick(who, number)
        url = todo_url(pk) if todo and tag_number % 2 else list_url()
        current = account.get(url)["ETag"]
        tags = list(account.bodies[url])
        tag = tags[tag_number % len(tags)]
        response = account.get(url, HTTP_IF_NONE_MATCH=tag)
        assert (response.status_code == 304) is (tag == current)
        assert response["ETag"] == current

    def read(self, who: int, limit: int, leave: bool) -> None:
        """Read the next page, or leave the pages and continue from the last X-Revision."""
        mirror = self.accounts[who].mirror
        mirror.next_url = "" if leave else mirror.next_url
        mirror.read(**({"limit": limit} if limit else {}))

    def catch_up(self, who: int) -> None:
        account = self.accounts[who]
        assert account.mirror.catch_up() == list(account.live.values())

    def teardown(self) -> None:
        try:
            for who in (0, 1):
                self.catch_up(who)
        finally:
            User.objects.filter(pk__in=[account.user.pk for account in self.accounts]).delete()


def build_state_machine() -> Any:
    """Return `Accounts` as a Hypothesis state machine."""
    from hypothesis import stateful
    from hypothesis import strategies as given

    values = {
        "title": given.sampled_from("ab"),
        "description": given.sampled_from(["", "x"]),
        "status": given.sampled_from(["open", "completed"]),
        "due_at": given.sampled_from([None, "2026-12-24T18:00:00Z", "0001-01-01T00:00:00.000001Z"]),
    }
    fields = given.fixed_dictionaries({}, optional=values)
    number, boolean = given.integers(0, 9), given.booleans()
    conditions = given.sampled_from(["", "match", "revision", "match revision", "stale match", "stale revision"])
    arguments: dict[Callable[..., None], Row] = {
        Accounts.create: {"fields": fields, "key": given.sampled_from(["", "k", "l"]), "again": boolean},
        Accounts.change: {
            "method": given.sampled_from(["put", "patch"]),
            "number": number,
            "fields": fields.filter(bool),
            "condition": conditions,
        },
        Accounts.delete: {"number": number, "condition": conditions},
        Accounts.restore: {"number": number},
        Accounts.create_many: {"rows": given.lists(fields, min_size=1, max_size=3), "invalid": boolean},
        Accounts.change_many: {
            "numbers": given.lists(number, min_size=1, max_size=4),
            "fields": fields.filter(bool),
            "stale": boolean,
        },
        Accounts.clear: {},
        Accounts.get_if_changed: {"number": number, "tag_number": number},
        Accounts.read: {"limit": given.integers(0, 2), "leave": boolean},
        Accounts.catch_up: {},
    }
    who = given.integers(0, 1)
    rules = {rule.__name__: stateful.rule(who=who, **drawn)(rule) for rule, drawn in arguments.items()}
    rules["purge"] = stateful.rule(everything=boolean)(Accounts.purge)
    rules |= {f"read_{number}": rules["read"] for number in range(3)}  # Each rule is as likely; most bugs need reads.
    return type("Machine", (Accounts, stateful.RuleBasedStateMachine), rules)


@pytest.mark.in_process("makes thousands of calls")
def test_mirror_kept_by_sync_always_equals_the_list(db: None, rounds: Callable[[int, int], int]) -> None:
    pytest.importorskip("hypothesis", reason="hypothesis is in requirements-dev.txt")
    from hypothesis import HealthCheck, settings
    from hypothesis.stateful import run_state_machine_as_test

    machine = build_state_machine()

    # A short run takes few but long examples, since each one starts with two sign-ups.
    profile = settings(
        max_examples=rounds(8, 5_000),
        stateful_step_count=rounds(25, 10),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=profile)
