"""Many todos in one call: creating, changing and clearing them, all or none."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import make_todo, make_user
from testing.queries import statements
from todos.models import Todo

NO_OBJECTS: list[Any] = ["x", 5, 1.5, None, True, [], [{"title": "x"}]]
NO_IDS: list[Any] = [None, True, False, "1", 1.0, [], {}, 0, -1, 2**63 - 1, 2**63, 10**40]


def url() -> str:
    return reverse("todo-list")


def clearing(query: str = "status=completed") -> str:
    return f"{url()}?{query}"


def state(user: User) -> tuple[int, list[tuple[Any, ...]]]:
    """The user's revision, and what their todos are: what a refused call leaves as it was."""
    user.refresh_from_db()
    return user.revision, list(Todo.objects.owned_by(user).values_list("id", "title", "status", "revision"))


def attrs(answer: Any, status: int) -> list[str | None]:
    return [error["attr"] for error in assert_error(answer, status)]


# Creating


@pytest.mark.parametrize("count", [1, 2, 100])
def test_an_array_of_up_to_100_creates_all_in_its_order(user_client: APIClient, count: int) -> None:
    titles = [f"todo {n}" for n in range(count)]
    answer = user_client.post(url(), [{"title": title} for title in titles])
    assert answer.status_code == 201
    assert [todo["title"] for todo in answer.json()] == titles
    assert user_client.get(url()).json() == answer.json()


def test_each_new_todo_has_the_next_revision_and_the_next_id(user_client: APIClient, user: User) -> None:
    make_todo(user)
    answer = user_client.post(url(), [{"title": f"{n}"} for n in range(3)])
    assert [todo["revision"] for todo in answer.json()] == [2, 3, 4]
    assert answer["X-Revision"] == "4"
    ids = [todo["id"] for todo in answer.json()]
    assert ids == sorted(set(ids))
    assert state(user)[0] == 4


def test_the_items_of_an_array_are_as_different_as_they_are_sent(user_client: APIClient, user: User) -> None:
    due_at = "2026-12-24T18:00:00.000001Z"
    sent = [
        {"title": " a ", "due_at": due_at},
        {"title": "b", "status": "completed"},
        {"title": "c", "description": "\n"},
    ]
    made = user_client.post(url(), sent).json()
    assert [todo["title"] for todo in made] == ["a", "b", "c"]
    assert [todo["due_at"] for todo in made] == [due_at, None, None]
    assert [todo["completed_at"] is None for todo in made] == [True, False, True]
    assert [todo["description"] for todo in made] == ["", "", "\n"]
    assert {todo["created_by"] for todo in made} == {user.email}


def test_an_array_is_answered_without_location_and_entity_tag(user_client: APIClient) -> None:
    answer = user_client.post(url(), [{"title": "x"}])
    assert not {"Location", "ETag", "Idempotent-Replayed"} & set(answer.headers)


@pytest.mark.parametrize("count", [0, 101])
def test_an_empty_array_and_one_of_more_than_100_are_refused(user_client: APIClient, user: User, count: int) -> None:
    assert attrs(user_client.post(url(), [{"title": "x"}] * count), 400) == [None]
    assert state(user) == (0, [])


@pytest.mark.parametrize(
    ("item", "attr"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"title": "a\x01b"}, "title"),
        ({"title": "x" * 129}, "title"),
        ({"title": "x", "description": "x" * 2001}, "description"),
        ({"title": "x", "description": None}, "description"),
        ({"title": "x", "status": "done"}, "status"),
        ({"title": "x", "due_at": "tomorrow"}, "due_at"),
        ({"title": "x", "due": None}, "due"),
        ({"title": "x", "csrfmiddlewaretoken": "x"}, "csrfmiddlewaretoken"),
        *(
            ({"title": "x", name: None}, name)
            for name in ("id", "created_by", "created_at", "updated_at", "completed_at", "revision")
        ),
    ],
)
@pytest.mark.parametrize("index", [0, 2])
def test_one_bad_item_refuses_them_all_by_its_index(
    user_client: APIClient, user: User, item: dict[str, Any], attr: str, index: int
) -> None:
    items: list[dict[str, Any]] = [{"title": "x"} for _ in range(3)]
    items[index] = item
    assert attrs(user_client.post(url(), items), 400) == [f"{index}.{attr}"]
    assert state(user) == (0, [])


@pytest.mark.parametrize(
    ("method", "item"),
    [(method, item) for method in ("post", "patch") for item in NO_OBJECTS],
)
@pytest.mark.parametrize("index", [0, 1])
def test_an_item_that_is_no_object_is_refused_by_its_index(
    user_client: APIClient, user: User, method: str, item: Any, index: int
) -> None:
    todo = make_todo(user)
    items: list[Any] = [{"title": "y"} | ({"id": todo.pk} if method == "patch" else {})]
    items.insert(index, item)
    assert attrs(getattr(user_client, method)(url(), items), 400) == [f"{index}"]
    assert state(user) == (1, [(todo.pk, "Buy milk", "open", 1)])


def test_all_bad_items_are_told_of_in_their_order(user_client: APIClient) -> None:
    answer = user_client.post(url(), [{"status": "done"}, {"title": "x"}, 5, {"title": ""}])
    assert sorted(str(attr) for attr in attrs(answer, 400)) == ["0.status", "0.title", "2", "3.title"]


def test_a_repeated_key_in_an_item_is_refused(user_client: APIClient, user: User) -> None:
    answer = user_client.post(url(), '[{"title": "x", "title": "y"}]', content_type="application/json")
    assert_error(answer, 400)
    assert state(user) == (0, [])


def test_an_array_takes_no_idempotency_key(user_client: APIClient, user: User) -> None:
    answer = user_client.post(url(), [{"title": "x"}], headers={"Idempotency-Key": "key"})
    [error] = assert_error(answer, 400)
    assert (error["attr"], error["code"]) == ("Idempotency-Key", "not_applicable")
    assert state(user) == (0, [])


@pytest.mark.parametrize("body", ["x", 5, True])
def test_what_is_neither_object_nor_array_creates_nothing(user_client: APIClient, user: User, body: Any) -> None:
    assert attrs(user_client.post(url(), body), 400) == [None]
    assert state(user) == (0, [])


# Changing


def test_an_array_changes_all_and_answers_in_its_order(user_client: APIClient, user: User) -> None:
    first, second, third = (make_todo(user, title) for title in "abc")
    answer = user_client.patch(
        url(), [{"id": third.pk, "title": "z"}, {"id": first.pk, "status": "completed", "description": "done"}]
    )
    assert answer.status_code == 202
    assert [(todo["id"], todo["title"], todo["revision"]) for todo in answer.json()] == [
        (third.pk, "z", 4),
        (first.pk, "a", 5),
    ]
    assert answer["X-Revision"] == "5"
    one, two, three = user_client.get(url()).json()
    assert [three, one] == answer.json()
    assert (two["title"], two["revision"]) == (second.title, 2)


def test_each_item_changes_its_own_fields_only(user_client: APIClient, user: User) -> None:
    due_at = "2026-12-24T18:00:00Z"
    todos = [make_todo(user, title, description=title) for title in "abcd"]
    changes = [{"title": "x"}, {"description": ""}, {"status": "completed"}, {"due_at": due_at}]
    user_client.patch(url(), [{"id": todo.pk, **change} for todo, change in zip(todos, changes, strict=True)])
    after = user_client.get(url()).json()
    assert [todo["title"] for todo in after] == ["x", "b", "c", "d"]
    assert [todo["description"] for todo in after] == ["a", "", "c", "d"]
    assert [todo["status"] for todo in after] == ["open", "open", "completed", "open"]
    assert [todo["due_at"] for todo in after] == [None, None, None, due_at]
    assert [todo["completed_at"] is None for todo in after] == [True, True, False, True]


def test_what_an_array_changes_is_found_by_the_search(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user, "Milk"), make_todo(user, "Bread")
    user_client.patch(url(), [{"id": first.pk, "title": "Öl"}, {"id": second.pk, "status": "completed"}])
    found = [
        [todo["id"] for todo in user_client.get(url(), {"search": word}).json()] for word in ("öL", "milk", "bread")
    ]
    assert found == [[first.pk], [], [second.pk]]


def test_completed_at_is_kept_and_cleared_in_an_array_too(user_client: APIClient, user: User) -> None:
    first, second = (make_todo(user, status="completed") for _ in range(2))
    changes = [{"id": first.pk, "status": "completed", "title": "x"}, {"id": second.pk, "status": "open"}]
    kept, cleared = (todo["completed_at"] for todo in user_client.patch(url(), changes).json())
    assert kept == user_client.get(reverse("todo-detail", args=[first.pk])).json()["completed_at"] is not None
    assert cleared is None


def test_an_item_that_changes_nothing_keeps_its_revision(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user, "a"), make_todo(user, "b")
    answer = user_client.patch(url(), [{"id": first.pk, "title": " a "}, {"id": second.pk, "title": "z"}])
    assert [todo["revision"] for todo in answer.json()] == [1, 3]
    assert answer["X-Revision"] == "3"
    assert state(user)[0] == 3


def test_an_array_that_changes_nothing_raises_nothing(user_client: APIClient, user: User) -> None:
    for title in "ab":
        make_todo(user, title)
    before = user_client.get(url()).json()
    answer = user_client.patch(url(), before)
    assert (answer.status_code, answer.json(), answer["X-Revision"]) == (202, before, "2")
    assert user_client.get(url()).json() == before
    assert state(user)[0] == 2


@pytest.mark.parametrize("id", NO_IDS)
@pytest.mark.parametrize("index", [0, 1])
def test_what_is_no_id_is_refused_by_its_index(user_client: APIClient, user: User, id: Any, index: int) -> None:
    todo = make_todo(user)
    items = [{"id": todo.pk, "title": "y"}]
    items.insert(index, {"id": id, "title": "z"})
    assert attrs(user_client.patch(url(), items), 400) == [f"{index}.id"]
    assert state(user) == (1, [(todo.pk, "Buy milk", "open", 1)])


def test_an_item_needs_its_id(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    [error] = assert_error(user_client.patch(url(), [{"id": todo.pk, "title": "y"}, {"title": "z"}]), 400)
    assert (error["attr"], error["code"]) == ("1.id", "required")
    assert state(user)[0] == 1


def test_missing_foreign_and_deleted_ids_are_refused_alike(user_client: APIClient, user: User) -> None:
    kept, gone, foreign = make_todo(user), make_todo(user), make_todo(make_user())
    user_client.delete(reverse("todo-detail", args=[gone.pk]))
    before = state(user)
    ids = [kept.pk, gone.pk, foreign.pk, foreign.pk + 1]
    errors = assert_error(user_client.patch(url(), [{"id": pk, "title": "y"} for pk in ids]), 400)
    assert [error.pop("attr") for error in errors] == ["1.id", "2.id", "3.id"]
    assert errors[0] == errors[1] == errors[2]
    assert state(user) == before


def test_a_todo_that_is_named_twice_is_refused_at_both_places(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    before = state(user)
    answer = user_client.patch(url(), [{"id": pk, "title": "y"} for pk in (first.pk, second.pk, first.pk)])
    assert attrs(answer, 400) == ["0.id", "2.id"]
    assert state(user) == before


def test_a_stale_revision_is_412_and_changes_nothing(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    before = state(user)
    answer = user_client.patch(url(), [{"id": first.pk, "title": "y"}, {"id": second.pk, "title": "y", "revision": 1}])
    [error] = assert_error(answer, 412)
    assert (error["attr"], error["code"]) == ("1.revision", "stale")
    assert answer.json()["type"] == "client_error"
    assert state(user) == before


def test_every_stale_item_is_told_of(user_client: APIClient, user: User) -> None:
    todos = [make_todo(user) for _ in range(3)]
    answer = user_client.patch(url(), [{"id": todo.pk, "title": "y", "revision": 2} for todo in todos])
    assert attrs(answer, 412) == ["0.revision", "2.revision"]


def test_the_present_revision_is_no_obstacle(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    answer = user_client.patch(url(), [{"id": todo.pk, "title": "y", "revision": 1}])
    assert (answer.status_code, answer.json()[0]["revision"]) == (202, 2)


@pytest.mark.parametrize("change", [{"title": ""}, {"due": None}, {"id": 2**63}, {"revision": "1"}, {"id": None}])
def test_a_stale_revision_among_other_errors_is_400(user_client: APIClient, user: User, change: dict[str, Any]) -> None:
    stale, other = make_todo(user), make_todo(user)
    before = state(user)
    items = [{"id": stale.pk, "title": "y", "revision": 9}, {"id": other.pk, "title": "z", **change}]
    [name] = change
    assert attrs(user_client.patch(url(), items), 400) == ["0.revision", f"1.{name}"]
    assert state(user) == before


@pytest.mark.parametrize("revision", ["1", 1.0, True, None, [], {}])
def test_a_revision_that_is_no_integer_is_refused(user_client: APIClient, user: User, revision: Any) -> None:
    todo = make_todo(user)
    assert attrs(user_client.patch(url(), [{"id": todo.pk, "title": "y", "revision": revision}]), 400) == ["0.revision"]


@pytest.mark.parametrize("extra", [{}, {"revision": 1}])
def test_an_item_without_a_writable_field_is_about_status(
    user_client: APIClient, user: User, extra: dict[str, Any]
) -> None:
    first, second = make_todo(user), make_todo(user)
    items = [{"id": second.pk, "status": "completed"}, {"id": first.pk, **extra}]
    assert attrs(user_client.patch(url(), items), 400) == ["1.status"]
    assert state(user)[0] == 2


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"due": None}, "due"),
        ({"title": None}, "title"),
        ({"description": 5}, "description"),
        ({"due_at": ""}, "due_at"),
        ({"title": "y", "created_at": "2026-01-01T00:00:00Z"}, "created_at"),
        ({"title": "y", "created_by": "other@example.com"}, "created_by"),
    ],
)
@pytest.mark.parametrize("index", [0, 1])
def test_a_bad_change_refuses_them_all_by_its_index(
    user_client: APIClient, user: User, change: dict[str, Any], attr: str, index: int
) -> None:
    good, bad = make_todo(user), make_todo(user)
    before = state(user)
    items = [{"id": good.pk, "title": "y"}]
    items.insert(index, {"id": bad.pk, **change})
    assert attrs(user_client.patch(url(), items), 400) == [f"{index}.{attr}"]
    assert state(user) == before


def test_a_bad_status_in_an_array_is_said_in_the_originals_words(user_client: APIClient, user: User) -> None:
    answer = user_client.patch(url(), [{"id": make_todo(user).pk, "status": "done"}])
    [error] = assert_error(answer, 400)
    assert error["attr"] == "0.status"
    assert error["detail"] == "Bad choice: done is not a valid choice. Valid choices are 'open' or 'completed'."


def test_what_an_item_says_is_compared_with_its_own_todo(user_client: APIClient, user: User) -> None:
    first, second = make_todo(user), make_todo(user)
    got, other = user_client.get(url()).json()
    other["created_at"] = got["created_at"]
    assert attrs(user_client.patch(url(), [got, {**other, "id": second.pk}]), 400) == ["1.created_at"]
    assert user_client.patch(url(), [{**got, "title": "y"}]).json()[0]["id"] == first.pk


@pytest.mark.parametrize("count", [0, 101])
def test_an_empty_array_and_more_than_100_changes_are_refused(user_client: APIClient, user: User, count: int) -> None:
    todo = make_todo(user)
    assert attrs(user_client.patch(url(), [{"id": todo.pk, "title": "y"}] * count), 400) == [None]
    assert state(user)[0] == 1


def test_a_hundred_changes_are_made(user_client: APIClient) -> None:
    ids = [todo["id"] for todo in user_client.post(url(), [{"title": "x"}] * 100).json()]
    answer = user_client.patch(url(), [{"id": pk, "title": f"{pk}"} for pk in reversed(ids)])
    assert [todo["id"] for todo in answer.json()] == ids[::-1]
    assert [todo["revision"] for todo in answer.json()] == list(range(101, 201))
    assert [todo["title"] for todo in user_client.get(url()).json()] == [f"{pk}" for pk in ids]


@pytest.mark.parametrize("body", [None, {}, {"status": "completed"}, "x", 5, False])
def test_a_patch_that_is_no_array_is_405(user_client: APIClient, body: Any) -> None:
    answer = user_client.patch(url(), body)
    assert_error(answer, 405)
    allowed = answer["Allow"].split(", ")
    assert "POST" in allowed
    assert "PATCH" not in allowed


@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_a_bulk_takes_no_if_match(user_client: APIClient, user: User, tag: str) -> None:
    todo = make_todo(user)
    answer = user_client.patch(url(), [{"id": todo.pk, "title": "y"}], headers={"If-Match": tag})
    assert attrs(answer, 400) == ["If-Match"]
    assert state(user)[0] == 1


def test_a_query_with_a_bulk_is_refused(user_client: APIClient, user: User) -> None:
    todo = make_todo(user)
    assert attrs(user_client.patch(clearing(), [{"id": todo.pk, "title": "y"}]), 400) == ["status"]
    assert attrs(user_client.post(clearing(), [{"title": "y"}]), 400) == ["status"]
    assert state(user)[0] == 1


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_a_bulk_needs_a_token(api: APIClient, user: User, method: str) -> None:
    todo = make_todo(user, status="completed")
    body = None if method == "delete" else [{"id": todo.pk, "title": "y"}]
    assert_error(getattr(api, method)(clearing() if method == "delete" else url(), body), 401)
    assert state(user) == (1, [(todo.pk, "Buy milk", "completed", 1)])


# Clearing


def test_clearing_deletes_the_completed_ones_only(user_client: APIClient, user: User) -> None:
    kept = make_todo(user)
    for _ in range(2):
        make_todo(user, status="completed")
    answer = user_client.delete(clearing())
    assert (answer.status_code, answer.content) == (204, b"")
    assert [todo["id"] for todo in user_client.get(url()).json()] == [kept.pk]


def test_each_cleared_todo_leaves_a_tombstone_with_its_own_revision(user_client: APIClient, user: User) -> None:
    todos = [make_todo(user, status=status) for status in ("completed", "open", "completed", "completed")]
    assert user_client.delete(clearing())["X-Revision"] == "7"
    changes = user_client.get(url(), {"since": "4"}).json()
    cleared = [todos[0].pk, todos[2].pk, todos[3].pk]
    assert changes == [{"id": pk, "revision": n, "deleted": True} for n, pk in enumerate(cleared, start=5)]
    assert state(user)[0] == 7


def test_what_was_cleared_can_be_restored(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, status="completed")
    before = user_client.get(reverse("todo-detail", args=[todo.pk])).json()
    user_client.delete(clearing())
    after = user_client.post(reverse("todo-restore", args=[todo.pk])).json()
    assert after == before | {"revision": 3}


def test_clearing_leaves_the_todos_of_others(user_client: APIClient, user: User) -> None:
    other = make_todo(make_user(), status="completed")
    make_todo(user, status="completed")
    user_client.delete(clearing())
    other.refresh_from_db()
    assert (other.deleted_at, other.revision) == (None, 1)


def test_clearing_again_leaves_the_tombstones_as_they_are(user_client: APIClient, user: User) -> None:
    make_todo(user, status="completed")
    user_client.delete(clearing())
    before = state(user)
    answer = user_client.delete(clearing())
    assert (answer.status_code, answer["X-Revision"]) == (204, "2")
    assert state(user) == before


@pytest.mark.parametrize("todos", [[], ["open"]])
def test_nothing_to_clear_raises_nothing(user_client: APIClient, user: User, todos: list[str]) -> None:
    for status in todos:
        make_todo(user, status=status)
    answer = user_client.delete(clearing())
    assert (answer.status_code, answer["X-Revision"]) == (204, str(len(todos)))
    assert state(user)[0] == len(todos)


@pytest.mark.parametrize(
    "query",
    [
        "status=open",
        "status=COMPLETED",
        "status=",
        "status=completed&status=completed",
        "status=open&status=completed",
        "status=completed&search=x",
        "status=completed&limit=1",
        "search=x",
        "statuses=completed",
    ],
)
def test_clearing_with_another_query_is_refused(user_client: APIClient, user: User, query: str) -> None:
    make_todo(user, status="completed")
    before = state(user)
    assert_error(user_client.delete(clearing(query)), 400)
    assert state(user) == before


def test_clearing_without_a_query_is_405(user_client: APIClient, user: User) -> None:
    todo = make_todo(user, status="completed")
    answer = user_client.delete(url())
    assert_error(answer, 405)
    assert "DELETE" not in answer["Allow"]
    assert state(user) == (1, [(todo.pk, "Buy milk", "completed", 1)])


@pytest.mark.parametrize("body", [{"status": "completed"}, [], [{"id": 1}], "x"])
def test_clearing_takes_no_body(user_client: APIClient, user: User, body: Any) -> None:
    make_todo(user, status="completed")
    assert_error(user_client.delete(clearing(), body), 400)
    assert state(user)[0] == 1


def test_clearing_takes_no_if_match(user_client: APIClient, user: User) -> None:
    make_todo(user, status="completed")
    assert attrs(user_client.delete(clearing(), headers={"If-Match": "*"}), 400) == ["If-Match"]
    assert state(user)[0] == 1


# What it costs


@pytest.mark.in_process("counts statements")
def test_creating_a_hundred_takes_at_most_six_statements(user_client: APIClient) -> None:
    body = [{"title": "x", "description": "x", "status": "completed", "due_at": "2026-12-24T18:00:00Z"}] * 100
    assert len(statements(lambda: user_client.post(url(), body))) <= 6


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("unchanged", [0, 1])
def test_changing_a_hundred_takes_at_most_six_statements(user_client: APIClient, unchanged: int) -> None:
    ids = [todo["id"] for todo in user_client.post(url(), [{"title": "x"}] * 100).json()]
    change = {"title": "y", "description": "y", "status": "completed", "due_at": "2026-12-24T18:00:00Z"}
    body = [{"id": pk, **({"title": "x"} if n < unchanged else change)} for n, pk in enumerate(ids)]
    assert len(statements(lambda: user_client.patch(url(), body))) <= 6


@pytest.mark.in_process("counts statements")
def test_clearing_takes_as_many_statements_for_many_as_for_two(user_client: APIClient, user: User) -> None:
    counts = []
    for total in (2, 60):
        for _ in range(total):
            make_todo(user, status="completed")
        counts.append(len(statements(lambda: user_client.delete(clearing()))))
    assert counts[0] == counts[1] <= 4
