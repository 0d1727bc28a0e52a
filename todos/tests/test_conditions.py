"""Conditional requests: entity tags, what may be said about them, and the revision that writes answer with."""

from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.assertions import assert_error
from testing.factories import client_for, make_todo, make_user
from testing.queries import statements
from todos.models import Todo

WRITES = {"put": {"title": "new"}, "patch": {"title": "new"}, "delete": None}
DONE = {"put": 200, "patch": 202, "delete": 204}

# The todo has revision 2. Empty members of a list are allowed (RFC 9110, 5.6.1).
CURRENT = [
    '"2",',
    ' , "2"',
    '"1",,"2" ,\t,',
    "*",
    '"2"',
    'W/"2"',
    ' "2" ',
    '"1","2"',
    '"1", W/"2"',
    '"1" , "2"',
    'W/"1",\t"2", "x"',
    '"a,b", "2"',
    '"", "2"',
]
STALE = ['"1"', 'W/"1"', '"1", "3"', '""', '"02"', '"22"', '"*"', '"W/2"', '"2,"', '"é"', "\"'2'\""]
MALFORMED = [
    ",", "", " ", "2", "W/2", "'2'", '"2', '2"', '"2""3"', '"2" "3"', '*, "2"', '"2", *', "**",
    'w/"2"', 'W / "2"', 'W/ "2"', '"2" x', '"a b"', '"\t"', '"2";', 'W/"2"W/"3"', '"2\x7f"', "null", '["2"]', "W/*",
]  # fmt: skip

ORIGIN = "https://app.example.com"
EXPOSED = ["ETag", "Link", "Location", "X-Revision", "Idempotent-Replayed", "Retry-After"]
ALLOWED = ["If-Match", "If-None-Match", "Idempotency-Key", "Authorization", "Content-Type"]


def url(todo: Todo) -> str:
    return reverse("todo-detail", args=[todo.pk])


def write(client: APIClient, method: str, target: str, **headers: Any) -> Any:
    return getattr(client, method)(target, WRITES[method], **headers)


def tag_of(client: APIClient, query: str = "", **headers: Any) -> str:
    answer = client.get(f"{reverse('todo-list')}{query}", **headers)
    assert answer.status_code == 200, answer.content
    return answer["ETag"]


@pytest.fixture
def todo(user: User) -> Todo:
    """A todo with revision 2."""
    make_todo(user, "Bread")
    return make_todo(user)


# The tag of a todo


def test_the_tag_of_a_todo_is_its_revision(user_client: APIClient, todo: Todo) -> None:
    assert user_client.get(url(todo))["ETag"] == user_client.head(url(todo))["ETag"] == '"2"'


def test_whatever_answers_with_a_todo_has_its_tag(user_client: APIClient, todo: Todo) -> None:
    answers = [
        user_client.put(url(todo), {"title": "a"}),
        user_client.patch(url(todo), {"title": "b"}),
        user_client.post(f"{url(todo)}restore/"),
        user_client.post(reverse("todo-list"), {"title": "c"}),
    ]
    assert [answer["ETag"] for answer in answers] == ['"3"', '"4"', '"4"', '"5"']
    assert [answer["ETag"] for answer in answers] == [f'"{answer.json()["revision"]}"' for answer in answers]


def test_no_array_of_todos_has_the_tag_of_one(user_client: APIClient, todo: Todo) -> None:
    assert "ETag" not in user_client.post(reverse("todo-list"), [{"title": "x"}])
    assert "ETag" not in user_client.patch(reverse("todo-list"), [{"id": todo.pk, "title": "x"}])


def test_another_todos_change_leaves_the_tag(user_client: APIClient, user: User, todo: Todo) -> None:
    make_todo(user)
    assert user_client.get(url(todo), HTTP_IF_NONE_MATCH='"2"').status_code == 304


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8"])
@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_a_page_has_no_tag_and_is_always_sent(user_client: APIClient, todo: Todo, accept: str, condition: str) -> None:
    for target in (url(todo), reverse("todo-list")):
        answer = user_client.get(target, HTTP_ACCEPT=accept, HTTP_IF_NONE_MATCH=condition)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "ETag" not in answer


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_page_after_a_write_has_no_tag(user_client: APIClient, todo: Todo, method: str) -> None:
    answer = write(user_client, method, url(todo), HTTP_ACCEPT="text/html")
    assert (answer.status_code, "ETag" in answer) == (DONE[method], False)
    assert "ETag" not in write(user_client, method, url(todo), HTTP_ACCEPT="text/html", HTTP_IF_MATCH='"1"')


# The tag of a list


def test_a_list_keeps_its_tag_while_nothing_changes(user_client: APIClient, todo: Todo) -> None:
    before = tag_of(user_client)
    user_client.patch(url(todo), {"title": todo.title})
    user_client.delete(reverse("todo-detail", args=[todo.pk + 1]))
    assert tag_of(user_client) == before == user_client.head(reverse("todo-list"))["ETag"]


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?since=0", "?format=csv", "?search=no+such"])
def test_every_write_changes_the_tag_of_every_list(user_client: APIClient, user: User, todo: Todo, query: str) -> None:
    tags = [tag_of(user_client, query)]
    for call in (user_client.put, user_client.delete, user_client.post):
        target = f"{url(todo)}restore/" if call == user_client.post else url(todo)
        call(target, {"title": "x"} if call == user_client.put else None)
        tags.append(tag_of(user_client, query))
    make_todo(user)
    assert len({*tags, tag_of(user_client, query)}) == 5


def test_two_users_lists_have_two_tags(user_client: APIClient, user: User) -> None:
    assert (
        user_client.get(reverse("todo-list")).json()
        == client_for(other := make_user()).get(reverse("todo-list")).json()
    )
    assert tag_of(user_client) != tag_of(client_for(other))


def test_every_query_and_format_has_a_tag_of_its_own(user_client: APIClient, todo: Todo) -> None:
    queries = ["", "?status=open", "?status=completed", "?limit=1", "?limit=2", "?since=0", "?since=1", "?ordering=id"]
    tags = {
        tag_of(user_client, query)
        for query in [*queries, "?ordering=-id", "?search=milk", "?search=Milk", "?format=csv"]
    }
    assert len(tags) == 12


def test_what_accept_decides_has_a_tag_of_its_own(user_client: APIClient, todo: Todo) -> None:
    accepted = ("application/json", "application/json; indent=4", "text/csv")
    assert len({tag_of(user_client, HTTP_ACCEPT=accept) for accept in accepted}) == 3
    assert "Accept" in user_client.get(reverse("todo-list"))["Vary"]


@pytest.mark.in_process("changes the version of this process alone")
def test_another_version_of_the_representation_has_another_tag(
    user_client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tag_of(user_client)
    monkeypatch.setattr("todos.conditions.__version__", "another")
    assert tag_of(user_client) != before


def test_a_refusal_has_no_tag(user_client: APIClient, todo: Todo) -> None:
    assert "ETag" not in user_client.get(f"{reverse('todo-list')}?limit=0")
    assert "ETag" not in write(user_client, "put", url(todo), HTTP_IF_MATCH="malformed")


# If-None-Match


@pytest.mark.parametrize("condition", CURRENT)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_the_client_has_is_not_sent_again(user_client: APIClient, todo: Todo, method: str, condition: str) -> None:
    answer = getattr(user_client, method)(url(todo), HTTP_IF_NONE_MATCH=condition)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"2"')
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Vary"]


@pytest.mark.parametrize("condition", STALE)
def test_what_the_client_has_not_is_sent(user_client: APIClient, todo: Todo, condition: str) -> None:
    answer = user_client.get(url(todo), HTTP_IF_NONE_MATCH=condition)
    assert (answer.status_code, answer.json()["id"]) == (200, todo.pk)


@pytest.mark.parametrize("form", ["*", "{}", "W/{}", '"x", {}', ' {} , W/"y"'])
def test_a_list_that_the_client_has_is_not_sent_again(user_client: APIClient, todo: Todo, form: str) -> None:
    tag = tag_of(user_client)
    answer = user_client.get(reverse("todo-list"), HTTP_IF_NONE_MATCH=form.format(tag))
    assert (answer.status_code, answer.content, answer["ETag"], answer["X-Revision"]) == (304, b"", tag, "2")


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?format=csv"])
def test_a_changed_list_is_sent(user_client: APIClient, todo: Todo, query: str) -> None:
    tag = tag_of(user_client, query)
    user_client.patch(url(todo), {"title": "x"})
    answer = user_client.get(f"{reverse('todo-list')}{query}", HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer["ETag"] != tag) == (200, True)


@pytest.mark.parametrize("condition", MALFORMED)
def test_a_malformed_if_none_match_is_refused(user_client: APIClient, todo: Todo, condition: str) -> None:
    for target in (url(todo), reverse("todo-list"), f"{reverse('todo-list')}?format=csv"):
        [error] = assert_error(user_client.get(target, HTTP_IF_NONE_MATCH=condition), 400)
        assert (error["code"], error["attr"]) == ("invalid", "If-None-Match")


@pytest.mark.parametrize("query", ["status=bad", "ordering=bad", "limit=0", "limit=1&cursor=bad", "since=99"])
def test_a_condition_lets_no_bad_query_pass(user_client: APIClient, todo: Todo, query: str) -> None:
    answer = user_client.get(reverse("todo-list"), QUERY_STRING=query, HTTP_IF_NONE_MATCH="*")
    assert [error["attr"] for error in assert_error(answer, 400)] == [query.rpartition("&")[2].partition("=")[0]]


def test_if_none_match_gives_no_sign_of_anothers_todo(todo: Todo) -> None:
    stranger = client_for(make_user())
    for condition in ("*", '"2"'):
        assert_error(stranger.get(url(todo), HTTP_IF_NONE_MATCH=condition), 404)


# If-Match


@pytest.mark.parametrize("condition", CURRENT)
@pytest.mark.parametrize("method", WRITES)
def test_a_todo_that_is_as_the_client_saw_it_is_written(
    user_client: APIClient, todo: Todo, method: str, condition: str
) -> None:
    assert write(user_client, method, url(todo), HTTP_IF_MATCH=condition).status_code == DONE[method]


@pytest.mark.parametrize("condition", STALE)
@pytest.mark.parametrize("method", WRITES)
def test_a_todo_that_has_changed_is_shown_and_not_written(
    user_client: APIClient, todo: Todo, user: User, method: str, condition: str
) -> None:
    before = user_client.get(url(todo)).json()
    answer = write(user_client, method, url(todo), HTTP_IF_MATCH=condition)
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, before, '"2"')
    assert user_client.get(url(todo)).json() == before
    assert User.objects.get(pk=user.pk).revision == 2


def test_a_stale_write_shows_the_todo_as_it_is_now(user_client: APIClient, todo: Todo) -> None:
    changed = user_client.patch(url(todo), {"status": "completed"})
    answer = user_client.put(url(todo), {"title": "x"}, HTTP_IF_MATCH='"2"')
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, changed.json(), changed["ETag"])
    assert user_client.put(url(todo), {"title": "x"}, HTTP_IF_MATCH=answer["ETag"]).status_code == 200


def test_a_stale_write_is_stale_whatever_else_is_wrong_with_it(user_client: APIClient, todo: Todo) -> None:
    assert user_client.patch(url(todo), {"status": "bad"}, HTTP_IF_MATCH='"1"').status_code == 412


@pytest.mark.parametrize("condition", MALFORMED)
@pytest.mark.parametrize("method", WRITES)
def test_a_malformed_if_match_is_refused(user_client: APIClient, todo: Todo, method: str, condition: str) -> None:
    [error] = assert_error(write(user_client, method, url(todo), HTTP_IF_MATCH=condition), 400)
    assert (error["code"], error["attr"]) == ("invalid", "If-Match")
    assert user_client.get(url(todo))["ETag"] == '"2"'


@pytest.mark.parametrize("condition", ["*", '"2"', '"1"'])
@pytest.mark.parametrize("method", WRITES)
def test_a_condition_on_a_todo_that_is_not_there_is_404(
    user_client: APIClient, todo: Todo, method: str, condition: str
) -> None:
    absent = reverse("todo-detail", args=[todo.pk + 1])
    assert_error(write(user_client, method, absent, HTTP_IF_MATCH=condition), 404)
    assert_error(write(client_for(make_user()), method, url(todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.parametrize("condition", ["*", '"3"', '"2"', 'W/"1"'])
def test_deleting_again_is_204_whatever_the_condition(user_client: APIClient, todo: Todo, condition: str) -> None:
    user_client.delete(url(todo))
    answer = user_client.delete(url(todo), HTTP_IF_MATCH=condition)
    assert (answer.status_code, answer["X-Revision"]) == (204, "3")
    for method in ("put", "patch"):
        assert_error(write(user_client, method, url(todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.parametrize("condition", MALFORMED)
@pytest.mark.parametrize("method", WRITES)
def test_a_malformed_if_match_is_refused_also_where_no_todo_is(
    user_client: APIClient, todo: Todo, method: str, condition: str
) -> None:
    user_client.delete(url(todo))
    for pk in (todo.pk, todo.pk + 1):
        answer = write(user_client, method, reverse("todo-detail", args=[pk]), HTTP_IF_MATCH=condition)
        assert [error["attr"] for error in assert_error(answer, 400)] == ["If-Match"]


@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_if_match_is_for_one_todo(user_client: APIClient, todo: Todo, condition: str) -> None:
    items = [{"id": todo.pk, "title": "x"}]
    [patch] = assert_error(user_client.patch(reverse("todo-list"), items, HTTP_IF_MATCH=condition), 400)
    cleared = f"{reverse('todo-list')}?status=completed"
    [clear] = assert_error(user_client.delete(cleared, HTTP_IF_MATCH=condition), 400)
    assert patch["attr"] == clear["attr"] == "If-Match"


# A revision in the body


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_current_revision_in_the_body_lets_write(user_client: APIClient, todo: Todo, method: str) -> None:
    answer = getattr(user_client, method)(url(todo), {"title": "x", "revision": 2})
    assert (answer.status_code, answer.json()["revision"]) == (DONE[method], 3)


@pytest.mark.parametrize("said", [1, 3, 0, -1, 10**30])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_another_revision_in_the_body_is_stale(user_client: APIClient, todo: Todo, method: str, said: int) -> None:
    before = user_client.get(url(todo)).json()
    answer = getattr(user_client, method)(url(todo), {"title": "x", "revision": said})
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, before, '"2"')
    assert user_client.get(url(todo)).json() == before


@pytest.mark.parametrize("said", ["2", "1", 2.0, True, None, [2], {}])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_revision_that_is_no_integer_is_refused(
    user_client: APIClient, todo: Todo, method: str, said: object
) -> None:
    [error] = assert_error(getattr(user_client, method)(url(todo), {"title": "x", "revision": said}), 400)
    assert error["attr"] == "revision"


@pytest.mark.parametrize(("condition", "said"), [('"1"', 2), ('"2"', 1)])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_of_two_conditions_both_must_hold(
    user_client: APIClient, todo: Todo, method: str, condition: str, said: int
) -> None:
    answer = getattr(user_client, method)(url(todo), {"title": "x", "revision": said}, HTTP_IF_MATCH=condition)
    assert answer.status_code == 412


# X-Revision


def test_every_write_says_the_users_revision(user_client: APIClient, todo: Todo) -> None:
    lists = reverse("todo-list")
    answers = [
        user_client.post(lists, {"title": "a"}),
        user_client.post(lists, [{"title": "b"}, {"title": "c", "status": "completed"}]),
        user_client.put(url(todo), {"title": "d"}),
        user_client.patch(url(todo), {"title": "e"}),
        user_client.patch(lists, [{"id": todo.pk, "title": "f"}]),
        user_client.delete(url(todo)),
        user_client.post(f"{url(todo)}restore/"),
        user_client.delete(f"{lists}?status=completed"),
    ]
    assert [answer["X-Revision"] for answer in answers] == ["3", "5", "6", "7", "8", "9", "10", "11"]


def test_a_write_that_changes_nothing_says_the_users_revision_too(user_client: APIClient, todo: Todo) -> None:
    lists = reverse("todo-list")
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "k"}
    user_client.post(lists, {"title": "a"}, **key)
    assert user_client.delete(reverse("todo-detail", args=[todo.pk + 1]))["X-Revision"] == "4"
    answers = [
        user_client.post(lists, {"title": "a"}, **key),
        user_client.put(url(todo), {"title": todo.title}),
        user_client.patch(url(todo), {"status": "open"}),
        user_client.patch(lists, [{"id": todo.pk, "title": todo.title}]),
        user_client.delete(reverse("todo-detail", args=[todo.pk + 1])),
        user_client.post(f"{url(todo)}restore/"),
        user_client.delete(f"{lists}?status=completed"),
    ]
    assert [answer["X-Revision"] for answer in answers] == ["4"] * 7


# What it costs


@pytest.mark.in_process("counts statements")
def test_a_list_that_the_client_has_takes_one_statement(user_client: APIClient, todo: Todo) -> None:
    tag = tag_of(user_client)
    [statement] = statements(lambda: user_client.get(reverse("todo-list"), HTTP_IF_NONE_MATCH=tag))
    assert "todos_todo" not in statement


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("method", WRITES)
def test_a_write_with_a_condition_takes_at_most_four_statements(
    user_client: APIClient, todo: Todo, method: str
) -> None:
    assert len(statements(lambda: write(user_client, method, url(todo), HTTP_IF_MATCH='"2"'))) <= 4


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("method", WRITES)
def test_a_stale_write_writes_nothing_to_the_todos(user_client: APIClient, todo: Todo, method: str) -> None:
    made = statements(lambda: write(user_client, method, url(todo), HTTP_IF_MATCH='"1"'))
    assert len(made) <= 3
    assert not [statement for statement in made if statement.startswith('UPDATE "todos_todo"')]


# In another origin's page


@pytest.mark.in_process("changes the settings of this process alone")
@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_a_page_of_an_allowed_origin_may_read_the_headers(user_client: APIClient, todo: Todo) -> None:
    for target in (url(todo), reverse("todo-list")):
        answer = user_client.get(target, HTTP_ORIGIN=ORIGIN)
        assert answer["Access-Control-Allow-Origin"] == ORIGIN
        assert {*EXPOSED} <= {*answer["Access-Control-Expose-Headers"].split(", ")}


@pytest.mark.in_process("changes the settings of this process alone")
@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_page_of_an_allowed_origin_may_send_conditions(api: APIClient, db: None, method: str) -> None:
    answer = api.options(
        reverse("todo-list"),
        HTTP_ORIGIN=ORIGIN,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=",".join(ALLOWED),
    )
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert method in answer["Access-Control-Allow-Methods"].split(", ")
    assert {name.lower() for name in ALLOWED} <= {*answer["Access-Control-Allow-Headers"].split(", ")}


@pytest.mark.in_process("changes the settings of this process alone")
@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_a_page_of_another_origin_may_nothing(user_client: APIClient, todo: Todo) -> None:
    for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "http://app.example.com", "null"):
        answer = user_client.get(url(todo), HTTP_ORIGIN=origin)
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
