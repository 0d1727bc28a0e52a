"""What changed since a revision: tombstones, pages, what is forgotten; and copies of the list that are always right."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from todos.models import unguarded_todos
from todos.purge import purge
from todos.unit_of_work import unit_of_work

Row = dict[str, Any]


def url(**query: Any) -> str:
    return f"{reverse('todo-list')}?{urlencode(query)}" if query else reverse("todo-list")


def detail(pk: int) -> str:
    return reverse("todo-detail", args=[pk])


def links(answer: Any) -> dict[str, str]:
    return {rel: target for target, rel in re.findall(r'<([^>]*)>; rel="([a-z]+)"', answer.headers.get("Link", ""))}


def changes(client: APIClient, since: int) -> list[Row]:
    answer = client.get(url(since=since))
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(client: APIClient, since: int) -> list[int]:
    return [row["id"] for row in changes(client, since)]


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


@pytest.fixture
def three(user: User) -> list[int]:
    """Todos with the revisions 1, 2 and 3."""
    return [make_todo(user, title).pk for title in "abc"]


# What is told


def test_since_0_tells_everything(user_client: APIClient, three: list[int]) -> None:
    assert changes(user_client, 0) == user_client.get(url()).json()


def test_what_was_changed_after_the_revision_is_told(user_client: APIClient, three: list[int]) -> None:
    assert [told(user_client, since) for since in range(4)] == [three, three[1:], three[2:], []]


def test_changes_come_in_the_order_of_their_revisions(user_client: APIClient, three: list[int]) -> None:
    user_client.patch(detail(three[0]), {"status": "completed"})
    assert [(row["id"], row["revision"]) for row in changes(user_client, 1)] == [
        (three[1], 2),
        (three[2], 3),
        (three[0], 4),
    ]


def test_a_changed_todo_is_told_once_as_it_is_now(user_client: APIClient, three: list[int]) -> None:
    for title in ("x", "y"):
        user_client.patch(detail(three[0]), {"title": title})
    assert changes(user_client, 3) == [user_client.get(detail(three[0])).json()]


def test_a_deleted_todo_is_told_by_its_tombstone_alone(user_client: APIClient, three: list[int]) -> None:
    user_client.delete(detail(three[1]))
    assert changes(user_client, 3) == [{"id": three[1], "revision": 4, "deleted": True}]


def test_a_restored_todo_is_told_whole_again(user_client: APIClient, three: list[int]) -> None:
    user_client.delete(detail(three[1]))
    restored = user_client.post(f"{detail(three[1])}restore/").json()
    assert changes(user_client, 4) == [restored]


def test_cleared_todos_are_told_in_the_order_of_their_ids(user_client: APIClient, three: list[int]) -> None:
    for pk in reversed(three):
        user_client.patch(detail(pk), {"status": "completed"})
    user_client.delete(url(status="completed"))
    expected = [{"id": pk, "revision": 7 + place, "deleted": True} for place, pk in enumerate(three)]
    assert changes(user_client, 6) == expected


def test_what_changed_nothing_is_not_told(user_client: APIClient, three: list[int]) -> None:
    user_client.patch(detail(three[0]), {"title": "a"})
    user_client.put(detail(three[1]), {"title": "b"})
    user_client.post(f"{detail(three[2])}restore/")
    assert changes(user_client, 3) == []


def test_anothers_changes_are_not_told(user_client: APIClient, three: list[int]) -> None:
    other = make_user()
    theirs = make_todo(other)
    client_for(other).delete(detail(theirs.pk))
    assert told(user_client, 0) == three


# What to pass next time


@pytest.mark.parametrize("query", [{}, {"since": 0}, {"since": 3}, {"limit": 2}, {"status": "completed"}])
def test_a_list_says_the_users_revision(user_client: APIClient, three: list[int], query: Row) -> None:
    assert user_client.get(url(**query))["X-Revision"] == "3"


def test_a_page_of_changes_with_a_next_says_its_last_rows_revision(user_client: APIClient, three: list[int]) -> None:
    first = user_client.get(url(since=0, limit=2))
    second = user_client.get(links(first)["next"])
    assert [first["X-Revision"], second["X-Revision"]] == ["2", "3"]
    assert user_client.get(links(second)["prev"])["X-Revision"] == "2"


def test_the_last_page_of_changes_says_the_users_revision_as_it_is_then(
    user_client: APIClient, three: list[int]
) -> None:
    first = user_client.get(url(since=0, limit=2))
    user_client.delete(detail(three[0]))
    last = user_client.get(links(first)["next"])
    assert ([row["id"] for row in last.json()], last["X-Revision"]) == ([three[2], three[0]], "4")


def test_later_pages_of_a_plain_walk_say_the_revision_of_the_first(user_client: APIClient, three: list[int]) -> None:
    first = user_client.get(url(limit=1))
    user_client.patch(detail(three[0]), {"title": "changed behind the walk"})
    second = user_client.get(links(first)["next"])
    third = user_client.get(links(second)["next"])
    assert [page["X-Revision"] for page in (first, second, third)] == ["3", "3", "3"]
    assert told(user_client, 3) == [three[0]]


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_a_walk_visits_every_change_in_order(user_client: APIClient, three: list[int], limit: int) -> None:
    user_client.delete(detail(three[0]))
    visited: list[Row] = []
    target = url(since=0, limit=limit)
    while target:
        answer = user_client.get(target)
        visited += answer.json()
        target = links(answer).get("next", "")
    assert visited == changes(user_client, 0)


def test_what_changes_during_a_walk_is_met_at_its_end(user_client: APIClient, three: list[int]) -> None:
    first = user_client.get(url(since=0, limit=1))
    user_client.patch(detail(three[1]), {"title": "changed ahead of the walk"})
    second = user_client.get(links(first)["next"])
    user_client.delete(detail(three[0]))
    third = user_client.get(links(second)["next"])
    fourth = user_client.get(links(third)["next"])
    assert [[row["id"] for row in page.json()] for page in (second, third, fourth)] == [
        [three[2]],
        [three[1]],
        [three[0]],
    ]
    assert fourth.json() == [{"id": three[0], "revision": 5, "deleted": True}]


def test_a_walk_that_was_given_up_goes_on_from_its_last_revision(user_client: APIClient, three: list[int]) -> None:
    first = user_client.get(url(since=0, limit=2))
    assert told(user_client, int(first["X-Revision"])) == three[2:]


def test_a_cursor_of_another_since_is_refused(user_client: APIClient, three: list[int]) -> None:
    target = links(user_client.get(url(since=0, limit=1)))["next"]
    [error] = assert_error(user_client.get(target.replace("since=0", "since=1")), 400)
    assert error["attr"] == "cursor"


def test_head_says_the_same_without_the_changes(user_client: APIClient, three: list[int]) -> None:
    head, get = user_client.head(url(since=0, limit=2)), user_client.get(url(since=0, limit=2))
    assert (head.status_code, head.content) == (200, b"")
    assert [head[name] for name in ("X-Revision", "ETag", "Link")] == [
        get[name] for name in ("X-Revision", "ETag", "Link")
    ]


def test_a_page_of_changes_that_the_client_has_says_no_other_revision(user_client: APIClient, three: list[int]) -> None:
    page = user_client.get(url(since=0, limit=1))
    again = user_client.get(url(since=0, limit=1), HTTP_IF_NONE_MATCH=page["ETag"])
    assert (again.status_code, again.headers.get("X-Revision", "1")) == (304, page["X-Revision"])


def test_a_later_page_that_the_client_has_says_no_other_revision(user_client: APIClient, three: list[int]) -> None:
    target = links(user_client.get(url(limit=1)))["next"]
    user_client.patch(detail(three[0]), {"title": "changed behind the walk"})
    page = user_client.get(target)
    again = user_client.get(target, HTTP_IF_NONE_MATCH=page["ETag"])
    assert (again.status_code, page["X-Revision"], again.headers.get("X-Revision", "3")) == (304, "3", "3")


# What is refused


@pytest.mark.parametrize("since", ["4", "5", "9223372036854775807", "9999999999999999999"])
def test_a_since_beyond_the_present_is_refused(user_client: APIClient, three: list[int], since: str) -> None:
    [error] = assert_error(user_client.get(url(since=since)), 400)
    assert (error["code"], error["attr"]) == ("invalid", "since")


@pytest.mark.parametrize(
    "since", ["-1", "+1", "01", "1.0", "1e0", " 1", "1 ", "1\n", "1_0", "0x1", "abc", "null", "٣", "\0", "9" * 5_000]
)
def test_a_since_that_is_no_whole_number_is_refused(user_client: APIClient, three: list[int], since: str) -> None:
    [error] = assert_error(user_client.get(url(since=since)), 400)
    assert (error["code"], error["attr"]) == ("invalid", "since")


@pytest.mark.parametrize("query", ["since=", "since=1&since=1", "since=1&since=2"])
def test_a_since_that_is_empty_or_repeated_is_refused(user_client: APIClient, three: list[int], query: str) -> None:
    [error] = assert_error(user_client.get(reverse("todo-list"), QUERY_STRING=query), 400)
    assert (error["code"] in ("empty", "repeated"), error["attr"]) == (True, "since")


def test_an_empty_since_is_absent_in_a_page(user_client: APIClient, three: list[int]) -> None:
    answer = user_client.get(reverse("todo-list"), QUERY_STRING="since=&limit=", HTTP_ACCEPT="text/html")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "open"), ("search", "a"), ("ordering", "id"), ("due_after", "2026-01-01T00:00:00Z")],
)
def test_since_goes_with_no_filter(user_client: APIClient, three: list[int], name: str, value: str) -> None:
    [error] = assert_error(user_client.get(url(since=0, limit=2, **{name: value})), 400)
    assert error["attr"] == name


@pytest.mark.parametrize("csv", [{"QUERY_STRING": "since=0&format=csv"}, {"HTTP_ACCEPT": "text/csv"}])
def test_changes_are_not_told_as_csv(user_client: APIClient, three: list[int], csv: Row) -> None:
    [error] = assert_error(user_client.get(reverse("todo-list"), **{"QUERY_STRING": "since=0", **csv}), 400)
    assert (error["code"], error["attr"]) == ("json_only", "since")


@pytest.mark.parametrize("html", [{"QUERY_STRING": "since=0&format=api"}, {"HTTP_ACCEPT": "text/html"}])
def test_changes_are_not_told_as_a_page(user_client: APIClient, three: list[int], html: Row) -> None:
    answer = user_client.get(reverse("todo-list"), **{"QUERY_STRING": "since=0", **html})
    assert (answer.status_code, "json_only" in answer.content.decode()) == (400, True)


def test_format_json_goes_with_since(user_client: APIClient, three: list[int]) -> None:
    assert user_client.get(url(since=0, format="json"), HTTP_ACCEPT="text/html").json() == changes(user_client, 0)


def test_too_many_changes_at_once_need_a_limit(user_client: APIClient, user: User) -> None:
    with unit_of_work(user) as work:
        work.create_many({"title": "x"} for _ in range(5_001))
    [error] = assert_error(user_client.get(url(since=0)), 400)
    assert (error["code"], error["attr"]) == ("pagination_required", "limit")
    assert len(changes(user_client, 1)) == 5_000
    assert len(user_client.get(url(since=0, limit=200)).json()) == 200


def test_tombstones_count_among_the_changes(user_client: APIClient, user: User) -> None:
    with unit_of_work(user) as work:
        work.create_many({"title": "x", "status": "completed"} for _ in range(5_001))
    user_client.delete(url(status="completed"))
    assert user_client.get(url()).json() == []
    [error] = assert_error(user_client.get(url(since=0)), 400)
    assert error["code"] == "pagination_required"


# What is forgotten


@pytest.fixture
def forgotten(user_client: APIClient, three: list[int]) -> list[int]:
    """Of three todos the second was deleted, with revision 4, and its tombstone purged; the third changed since."""
    user_client.delete(detail(three[1]))
    purge(tomorrow())
    user_client.patch(detail(three[2]), {"title": "changed"})
    return three


@pytest.mark.parametrize("query", [{}, {"limit": 1}])
@pytest.mark.parametrize("since", [1, 2, 3])
def test_a_since_before_what_is_forgotten_is_gone(
    user_client: APIClient, forgotten: list[int], since: int, query: Row
) -> None:
    [error] = assert_error(user_client.get(url(since=since, **query)), 410)
    assert (error["code"], error["attr"]) == ("sync_token_expired", None)


@pytest.mark.parametrize("since", [4, 5])
def test_a_since_after_what_is_forgotten_still_works(user_client: APIClient, forgotten: list[int], since: int) -> None:
    assert told(user_client, since) == forgotten[2:][: 5 - since]


def test_since_0_always_works(user_client: APIClient, forgotten: list[int]) -> None:
    assert changes(user_client, 0) == user_client.get(url()).json()
    assert told(user_client, 0) == [forgotten[0], forgotten[2]]


def test_a_walk_whose_since_is_forgotten_meanwhile_is_gone(user_client: APIClient, three: list[int]) -> None:
    target = links(user_client.get(url(since=1, limit=1)))["next"]
    user_client.delete(detail(three[0]))
    purge(tomorrow())
    assert_error(user_client.get(target), 410)


def test_what_is_forgotten_changes_the_tag(user_client: APIClient, three: list[int]) -> None:
    user_client.delete(detail(three[0]))
    before = user_client.get(url(since=0))
    purge(tomorrow())
    now = user_client.get(url(since=0), HTTP_IF_NONE_MATCH=before["ETag"])
    assert (now.status_code, len(before.json()), len(now.json())) == (200, 3, 2)


def test_what_is_forgotten_of_one_user_is_gone_for_nobody_else(user_client: APIClient, forgotten: list[int]) -> None:
    other = make_user()
    make_todo(other), make_todo(other)
    assert len(changes(client_for(other), 1)) == 1


def test_a_tombstone_that_is_not_old_enough_stays(user_client: APIClient, three: list[int]) -> None:
    user_client.delete(detail(three[0]))
    between = timezone.now()
    user_client.delete(detail(three[1]))
    assert purge(between) == 1
    assert changes(user_client, 4) == [{"id": three[1], "revision": 5, "deleted": True}]
    assert_error(user_client.get(url(since=3)), 410)


def test_purging_only_live_todos_forgets_nothing(user_client: APIClient, three: list[int]) -> None:
    unguarded_todos().filter(pk__in=three).update(updated_at=timezone.now() - timedelta(days=365))
    assert purge(tomorrow()) == 0
    assert told(user_client, 1) == three[1:]


# Whatever happens


class Mirror:
    """A copy of a user's list, kept by `since` and `X-Revision` alone."""

    def __init__(self, client: APIClient) -> None:
        self.client = client
        self.begin()

    def begin(self) -> None:
        self.todos: dict[int, Row] = {}
        self.revision, self.next = 0, ""

    def read(self, **limit: int) -> None:
        """Read the next page, or what has changed; begin again where what was deleted is forgotten."""
        answer = self.client.get(self.next or url(since=self.revision, **limit))
        if answer.status_code == 410:
            self.begin()
            answer = self.client.get(url(since=0, **limit))
        assert answer.status_code == 200, answer.content
        revisions = [self.revision, *(row["revision"] for row in answer.json())]
        assert revisions == sorted(set(revisions))
        for row in answer.json():
            self.todos.pop(row["id"], None)
            if "deleted" not in row:
                self.todos[row["id"]] = row
        assert int(answer["X-Revision"]) >= revisions[-1]
        self.revision, self.next = int(answer["X-Revision"]), links(answer).get("next", "")

    def catch_up(self) -> list[Row]:
        self.read()
        while self.next:
            self.read()
        return [todo for _, todo in sorted(self.todos.items())]


class Account:
    """A user, what the API has told of their todos so far, and a mirror of them."""

    def __init__(self) -> None:
        self.user = make_user()
        self.client = client_for(self.user)
        self.mirror = Mirror(self.client)
        self.live: dict[int, Row] = {}
        with unit_of_work(self.user) as work:
            gone, *_ = work.create_many({"title": title} for title in "abc")
            work.delete(gone)
        self.deleted = {gone.pk}
        self.revision, self.tag = 0, ""
        self.shown: dict[str, dict[str, Any]] = {}  # By URL: each entity tag, and what it was the tag of.
        self.sent: dict[str, tuple[Row, int]] = {}  # By idempotency key: the body, and the todo that it made.
        self.look()
        self.mirror.read()

    def get(self, target: str, **headers: Any) -> Any:
        """The answer; an entity tag is the same exactly where a todo is, and never on two different lists."""
        answer = self.client.get(target, **headers)
        if answer.status_code == 200:
            body, shown = answer.json(), self.shown.setdefault(target, {})
            assert shown.setdefault(answer["ETag"], body) == body
            assert target == url() or list(shown.values()).count(body) == 1
        return answer

    def write(self, method: str, target: str, body: Any, status: int, **headers: str) -> Any:
        """The answer, of that status; a refused write changes nothing, and another one says the user's revision."""
        revision = self.revision
        answer = getattr(self.client, method)(target, body, **headers)
        assert answer.status_code == status, (method, target, body, headers, answer.content)
        self.look()
        assert self.revision == (int(answer["X-Revision"]) if status < 300 else revision)
        return answer

    def look(self) -> None:
        """Read the list, and compare it with the one before: revisions rise with what changes, and only then."""
        answer = self.get(url())
        todos = {todo["id"]: todo for todo in answer.json()}
        revision, tag = int(answer["X-Revision"]), answer["ETag"]
        assert revision >= self.revision
        assert (revision == self.revision) is (todos == self.live)
        assert not self.tag or (tag == self.tag) is (todos == self.live)
        for pk, todo in todos.items():
            assert todo["created_by"] == self.user.email
            before = self.live.get(pk, {})
            assert todo == before or (self.revision < todo["revision"] <= revision and said(todo) != said(before))
        self.deleted = (self.deleted | self.live.keys()) - todos.keys()
        self.live, self.revision, self.tag = todos, revision, tag

    def forget(self) -> None:
        """Note which tombstones are left; the tag may be another."""
        self.tag = ""
        if self.deleted:
            left = {row["id"] for row in self.client.get(url(since=0)).json() if "deleted" in row}
            assert left <= self.deleted
            self.deleted = left
            self.look()


def said(todo: Row) -> Row:
    """What of a todo its owner says."""
    return {name: todo[name] for name in ("title", "description", "status", "due_at") if name in todo}


class Accounts:
    """Two users, and what may happen to their todos."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = Account(), Account()
        self.moment = timezone.now()

    def pick(self, who: int, number: int) -> tuple[Account, int, Row | None]:
        """A user, the todo that a number stands for, mostly one of theirs, and what it is while it is live."""
        account = self.accounts[who]
        owner = account if number % 4 else self.accounts[1 - who]
        known = sorted({*owner.live, *owner.deleted}) or [1]
        pk = known[number % len(known)]
        return account, pk, account.live.get(pk)

    def create(self, who: int, fields: Row, key: str, again: bool) -> None:
        account = self.accounts[who]
        before, pk = account.sent.get(key, (fields, 0))
        fields = before if again else {"title": "a"} | fields
        if not key or (pk not in account.live and pk not in account.deleted):
            headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
            made = account.write("post", url(), {"title": "a"} | fields, 201, **headers).json()
            account.sent[key] = {"title": "a"} | fields, made["id"]
            assert made == account.live[made["id"]]
        elif before != fields:
            account.write("post", url(), fields, 422, HTTP_IDEMPOTENCY_KEY=key)
        else:
            answer = account.write("post", url(), fields, 200, HTTP_IDEMPOTENCY_KEY=key)
            assert answer["Idempotent-Replayed"] == "true"
            assert (answer.json()["id"], "deleted" in answer.json()) == (pk, pk in account.deleted)

    def change(self, who: int, method: str, number: int, fields: Row, condition: str) -> None:
        account, pk, todo = self.pick(who, number)
        revision = (todo["revision"] if todo else 2) - ("stale" in condition)
        body = (
            fields
            | ({"title": "b"} if method == "put" else {})
            | ({"revision": revision} if "said" in condition else {})
        )
        headers = {"HTTP_IF_MATCH": f'W/"0", "{revision}"'} if "match" in condition else {}
        status = 404 if not todo else 412 if "stale" in condition else 202 if method == "patch" else 200
        answer = account.write(method, detail(pk), body, status, **headers)
        if todo:
            assert answer.json() == account.live[pk] == account.get(detail(pk)).json()
            assert answer["ETag"] == f'"{account.live[pk]["revision"]}"'

    def delete(self, who: int, number: int, condition: str) -> None:
        account, pk, todo = self.pick(who, number)
        revision = (todo["revision"] if todo else 2) - ("stale" in condition)
        headers = {"HTTP_IF_MATCH": f'"{revision}"'} if "match" in condition else {}
        stale = todo and headers and "stale" in condition
        status = 412 if stale else 204 if todo or pk in account.deleted else 404
        account.write("delete", detail(pk), None, status, **headers)
        assert (pk in account.live) is bool(stale)

    def restore(self, who: int, number: int) -> None:
        account, pk, todo = self.pick(who, number)
        if number % 2 and account.deleted:
            pk, todo = min(account.deleted), None
        status = 200 if todo or pk in account.deleted else 404
        answer = account.write("post", f"{detail(pk)}restore/", None, status)
        assert status == 404 or answer.json() == account.live[pk]

    def create_many(self, who: int, rows: list[Row], bad: bool) -> None:
        body = [{"title": "c"} | row for row in rows] + [{"title": ""}] * bad
        answer = self.accounts[who].write("post", url(), body, 400 if bad else 201)
        assert bad or answer.json() == list(self.accounts[who].live.values())[-len(rows) :]

    def change_many(self, who: int, numbers: list[int], fields: Row, stale: bool) -> None:
        picked = {pk: todo for _, pk, todo in (self.pick(who, number) for number in numbers)}
        body = [{"id": pk, "revision": todo["revision"] if todo else 1} | fields for pk, todo in picked.items()]
        body[-1]["revision"] -= stale
        status = 400 if not all(picked.values()) else 412 if stale else 202
        answer = self.accounts[who].write("patch", url(), body, status)
        assert status != 202 or answer.json() == [self.accounts[who].live[pk] for pk in picked]

    def clear(self, who: int) -> None:
        account = self.accounts[who]
        account.write("delete", url(status="completed"), None, 204)
        assert all(todo["status"] == "open" for todo in account.live.values())

    def purge(self, everything: bool) -> None:
        """Forget all that was deleted, or what had been so at the last purge."""
        purge(tomorrow() if everything else self.moment)
        self.moment = timezone.now()
        for account in self.accounts:
            account.forget()
            assert not (everything and account.deleted)

    def ask_again(self, who: int, number: int, place: int) -> None:
        """304 is the answer exactly where what is there has the tag that was had before."""
        account, pk, todo = self.pick(who, number)
        target = detail(pk) if todo and place % 2 else url()
        now = account.get(target)
        tag = list(account.shown[target])[place % len(account.shown[target])]
        answer = account.get(target, HTTP_IF_NONE_MATCH=tag)
        assert (answer.status_code == 304) is (tag == now["ETag"])
        assert answer["ETag"] == now["ETag"]

    def read(self, who: int, limit: int, give_up: bool) -> None:
        """Read one page: the next one, or what changed after what the last one said."""
        mirror = self.accounts[who].mirror
        mirror.next = "" if give_up else mirror.next
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


def machine() -> Any:
    """`Accounts`, as hypothesis drives them."""
    stateful, given = pytest.importorskip("hypothesis.stateful"), pytest.importorskip("hypothesis.strategies")
    values = {
        "title": given.sampled_from("ab"),
        "description": given.sampled_from(["", "x"]),
        "status": given.sampled_from(["open", "completed"]),
        "due_at": given.sampled_from([None, "2026-12-24T18:00:00Z", "0001-01-01T00:00:00.000001Z"]),
    }
    fields = given.fixed_dictionaries({}, optional=values)
    number, yes = given.integers(0, 9), given.booleans()
    conditions = given.sampled_from(["", "match", "said", "match said", "stale match", "stale said"])
    arguments: dict[Callable[..., None], Row] = {
        Accounts.create: {"fields": fields, "key": given.sampled_from(["", "k", "l"]), "again": yes},
        Accounts.change: {
            "method": given.sampled_from(["put", "patch"]),
            "number": number,
            "fields": fields.filter(bool),
            "condition": conditions,
        },
        Accounts.delete: {"number": number, "condition": conditions},
        Accounts.restore: {"number": number},
        Accounts.create_many: {"rows": given.lists(fields, min_size=1, max_size=3), "bad": yes},
        Accounts.change_many: {
            "numbers": given.lists(number, min_size=1, max_size=4),
            "fields": fields.filter(bool),
            "stale": yes,
        },
        Accounts.clear: {},
        Accounts.ask_again: {"number": number, "place": number},
        Accounts.read: {"limit": given.integers(0, 2), "give_up": yes},
        Accounts.catch_up: {},
    }
    who = given.integers(0, 1)
    rules = {rule.__name__: stateful.rule(who=who, **drawn)(rule) for rule, drawn in arguments.items()}
    rules["purge"] = stateful.rule(everything=yes)(Accounts.purge)
    return type("Machine", (Accounts, stateful.RuleBasedStateMachine), rules)


@pytest.mark.in_process("makes ten thousand calls")
def test_a_mirror_always_becomes_the_list_whatever_happens(db: None, rounds: Callable[[int, int], int]) -> None:
    driven = machine()
    from hypothesis import HealthCheck, settings
    from hypothesis.stateful import run_state_machine_as_test

    chosen = settings(
        max_examples=rounds(200, 5_000),
        stateful_step_count=10,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(driven, settings=chosen)


def test_a_walk_from_the_beginning_that_a_purge_overtakes_is_410_and_one_after_it_is_not(
    user_client: APIClient,
) -> None:
    first = user_client.post(reverse("todo-list"), {"title": "a"}).json()
    user_client.post(reverse("todo-list"), {"title": "b"})
    following = user_client.get(url(since=0, limit=1))["Link"].split(">")[0][1:]
    user_client.delete(reverse("todo-detail", args=[first["id"]]))
    purge(timezone.now() + timedelta(days=1))
    assert user_client.get(following).status_code == 410
    assert [todo["title"] for todo in user_client.get(url(since=0, limit=1)).json()] == ["b"]
    user_client.post(reverse("todo-list"), {"title": "c"})
    following = user_client.get(url(since=0, limit=1))["Link"].split(">")[0][1:]
    assert [todo["title"] for todo in user_client.get(following).json()] == ["c"]
