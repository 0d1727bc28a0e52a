"""Sync after tombstones were purged."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.todo_rows import tomorrow
from testing.todos import Row, fetch_changes, fetch_ids, fetch_list, fetch_titles, link_urls, list_url, todo_url
from todos.models import unguarded_todos
from todos.purge import purge


@pytest.fixture
def ids_after_purge(user_client: APIClient, three_ids: list[int]) -> list[int]:
    """Three ids: the second todo was deleted with revision 4 and purged, the third was changed with revision 5."""
    user_client.delete(todo_url(three_ids[1]))
    purge(tomorrow())
    user_client.patch(todo_url(three_ids[2]), {"title": "changed"})
    return three_ids


@pytest.mark.parametrize("query", [{}, {"limit": 1}])
@pytest.mark.parametrize("since", [1, 2, 3])
def test_since_before_the_purged_revision_is_410(
    user_client: APIClient, ids_after_purge: list[int], since: int, query: Row
) -> None:
    [error] = assert_error(user_client.get(list_url(since=since, **query)), 410)
    assert (error["code"], error["attr"]) == ("sync_token_expired", None)


@pytest.mark.parametrize("since", [4, 5])
def test_since_at_or_after_the_purged_revision_works(
    user_client: APIClient, ids_after_purge: list[int], since: int
) -> None:
    assert fetch_ids(user_client, since=since) == ids_after_purge[2:][: 5 - since]


def test_since_0_works_after_a_purge(user_client: APIClient, ids_after_purge: list[int]) -> None:
    assert fetch_changes(user_client, 0) == fetch_list(user_client)
    assert fetch_ids(user_client, since=0) == [ids_after_purge[0], ids_after_purge[2]]


def test_later_page_is_410_if_tombstones_after_its_since_were_purged(
    user_client: APIClient, three_ids: list[int]
) -> None:
    url = link_urls(user_client.get(list_url(since=1, limit=1)))["next"]
    user_client.delete(todo_url(three_ids[0]))
    purge(tomorrow())
    assert_error(user_client.get(url), 410)


def test_purge_changes_the_etag_of_the_changes(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.delete(todo_url(three_ids[0]))
    before = user_client.get(list_url(since=0))
    purge(tomorrow())
    after = user_client.get(list_url(since=0), HTTP_IF_NONE_MATCH=before["ETag"])
    assert (after.status_code, len(before.json()), len(after.json())) == (200, 3, 2)


def test_purge_for_one_user_does_not_expire_the_since_of_others(
    user_client: APIClient, ids_after_purge: list[int]
) -> None:
    other = make_user()
    make_todo(other), make_todo(other)
    assert len(fetch_changes(client_for(other), 1)) == 1


def test_tombstone_that_is_not_old_enough_is_still_returned(user_client: APIClient, three_ids: list[int]) -> None:
    user_client.delete(todo_url(three_ids[0]))
    between = timezone.now()
    user_client.delete(todo_url(three_ids[1]))
    assert purge(between) == 1
    assert fetch_changes(user_client, 4) == [{"id": three_ids[1], "revision": 5, "deleted": True}]
    assert_error(user_client.get(list_url(since=3)), 410)


def test_purge_with_only_live_todos_expires_nothing(user_client: APIClient, three_ids: list[int]) -> None:
    unguarded_todos().filter(pk__in=three_ids).update(updated_at=timezone.now() - timedelta(days=365))
    assert purge(tomorrow()) == 0
    assert fetch_ids(user_client, since=1) == three_ids[1:]


def test_later_page_of_since_0_is_410_if_a_purge_came_between_and_works_after_it(
    user_client: APIClient,
) -> None:
    first = user_client.post(list_url(), {"title": "a"}).json()
    user_client.post(list_url(), {"title": "b"})
    next_url = link_urls(user_client.get(list_url(since=0, limit=1)))["next"]
    user_client.delete(todo_url(first["id"]))
    purge(tomorrow())
    assert user_client.get(next_url).status_code == 410
    assert fetch_titles(user_client, since=0, limit=1) == ["b"]
    user_client.post(list_url(), {"title": "c"})
    next_url = link_urls(user_client.get(list_url(since=0, limit=1)))["next"]
    assert [todo["title"] for todo in user_client.get(next_url).json()] == ["c"]
