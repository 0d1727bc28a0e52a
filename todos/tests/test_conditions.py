"""Conditional requests: entity tags, what may be said about them, and the revision that writes answer with."""

from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_user, signed_in
from todoproject.tests.shapes import assert_error
from todoproject.tests.statements import statements
from todos.models import Todo
from todos.tests.factories import make_todo

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


def test_the_tag_of_a_todo_is_its_revision(mine: APIClient, todo: Todo) -> None:
    assert mine.get(url(todo))["ETag"] == mine.head(url(todo))["ETag"] == '"2"'


def test_whatever_answers_with_a_todo_has_its_tag(mine: APIClient, todo: Todo) -> None:
    answers = [
        mine.put(url(todo), {"title": "a"}),
        mine.patch(url(todo), {"title": "b"}),
        mine.post(f"{url(todo)}restore/"),
        mine.post(reverse("todo-list"), {"title": "c"}),
    ]
    assert [answer["ETag"] for answer in answers] == ['"3"', '"4"', '"4"', '"5"']
    assert [answer["ETag"] for answer in answers] == [f'"{answer.json()["revision"]}"' for answer in answers]


def test_no_array_of_todos_has_the_tag_of_one(mine: APIClient, todo: Todo) -> None:
    assert "ETag" not in mine.post(reverse("todo-list"), [{"title": "x"}])
    assert "ETag" not in mine.patch(reverse("todo-list"), [{"id": todo.pk, "title": "x"}])


def test_another_todos_change_leaves_the_tag(mine: APIClient, user: User, todo: Todo) -> None:
    make_todo(user)
    assert mine.get(url(todo), HTTP_IF_NONE_MATCH='"2"').status_code == 304


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8"])
@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_a_page_has_no_tag_and_is_always_sent(mine: APIClient, todo: Todo, accept: str, condition: str) -> None:
    for target in (url(todo), reverse("todo-list")):
        answer = mine.get(target, HTTP_ACCEPT=accept, HTTP_IF_NONE_MATCH=condition)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "ETag" not in answer


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_page_after_a_write_has_no_tag(mine: APIClient, todo: Todo, method: str) -> None:
    answer = write(mine, method, url(todo), HTTP_ACCEPT="text/html")
    assert (answer.status_code, "ETag" in answer) == (DONE[method], False)
    assert "ETag" not in write(mine, method, url(todo), HTTP_ACCEPT="text/html", HTTP_IF_MATCH='"1"')


# The tag of a list


def test_a_list_keeps_its_tag_while_nothing_changes(mine: APIClient, todo: Todo) -> None:
    before = tag_of(mine)
    mine.patch(url(todo), {"title": todo.title})
    mine.delete(reverse("todo-detail", args=[todo.pk + 1]))
    assert tag_of(mine) == before == mine.head(reverse("todo-list"))["ETag"]


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?since=0", "?format=csv", "?search=no+such"])
def test_every_write_changes_the_tag_of_every_list(mine: APIClient, user: User, todo: Todo, query: str) -> None:
    tags = [tag_of(mine, query)]
    for call in (mine.put, mine.delete, mine.post):
        target = f"{url(todo)}restore/" if call == mine.post else url(todo)
        call(target, {"title": "x"} if call == mine.put else None)
        tags.append(tag_of(mine, query))
    make_todo(user)
    assert len({*tags, tag_of(mine, query)}) == 5


def test_two_users_lists_have_two_tags(mine: APIClient, user: User) -> None:
    assert mine.get(reverse("todo-list")).json() == signed_in(other := make_user()).get(reverse("todo-list")).json()
    assert tag_of(mine) != tag_of(signed_in(other))


def test_every_query_and_format_has_a_tag_of_its_own(mine: APIClient, todo: Todo) -> None:
    queries = ["", "?status=open", "?status=completed", "?limit=1", "?limit=2", "?since=0", "?since=1", "?ordering=id"]
    tags = {tag_of(mine, query) for query in [*queries, "?ordering=-id", "?search=milk", "?search=Milk", "?format=csv"]}
    assert len(tags) == 12


def test_what_accept_decides_has_a_tag_of_its_own(mine: APIClient, todo: Todo) -> None:
    accepted = ("application/json", "application/json; indent=4", "text/csv")
    assert len({tag_of(mine, HTTP_ACCEPT=accept) for accept in accepted}) == 3
    assert "Accept" in mine.get(reverse("todo-list"))["Vary"]


@pytest.mark.in_process("changes the version of this process alone")
def test_another_version_of_the_representation_has_another_tag(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tag_of(mine)
    monkeypatch.setattr("todos.conditions.__version__", "another")
    assert tag_of(mine) != before


def test_a_refusal_has_no_tag(mine: APIClient, todo: Todo) -> None:
    assert "ETag" not in mine.get(f"{reverse('todo-list')}?limit=0")
    assert "ETag" not in write(mine, "put", url(todo), HTTP_IF_MATCH="malformed")


# If-None-Match


@pytest.mark.parametrize("condition", CURRENT)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_the_client_has_is_not_sent_again(mine: APIClient, todo: Todo, method: str, condition: str) -> None:
    answer = getattr(mine, method)(url(todo), HTTP_IF_NONE_MATCH=condition)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"2"')
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Vary"]


@pytest.mark.parametrize("condition", STALE)
def test_what_the_client_has_not_is_sent(mine: APIClient, todo: Todo, condition: str) -> None:
    answer = mine.get(url(todo), HTTP_IF_NONE_MATCH=condition)
    assert (answer.status_code, answer.json()["id"]) == (200, todo.pk)


@pytest.mark.parametrize("form", ["*", "{}", "W/{}", '"x", {}', ' {} , W/"y"'])
def test_a_list_that_the_client_has_is_not_sent_again(mine: APIClient, todo: Todo, form: str) -> None:
    tag = tag_of(mine)
    answer = mine.get(reverse("todo-list"), HTTP_IF_NONE_MATCH=form.format(tag))
    assert (answer.status_code, answer.content, answer["ETag"], answer["X-Revision"]) == (304, b"", tag, "2")


@pytest.mark.parametrize("query", ["", "?status=open", "?limit=1", "?format=csv"])
def test_a_changed_list_is_sent(mine: APIClient, todo: Todo, query: str) -> None:
    tag = tag_of(mine, query)
    mine.patch(url(todo), {"title": "x"})
    answer = mine.get(f"{reverse('todo-list')}{query}", HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer["ETag"] != tag) == (200, True)


@pytest.mark.parametrize("condition", MALFORMED)
def test_a_malformed_if_none_match_is_refused(mine: APIClient, todo: Todo, condition: str) -> None:
    for target in (url(todo), reverse("todo-list"), f"{reverse('todo-list')}?format=csv"):
        [error] = assert_error(mine.get(target, HTTP_IF_NONE_MATCH=condition), 400)
        assert (error["code"], error["attr"]) == ("invalid", "If-None-Match")


@pytest.mark.parametrize("query", ["status=bad", "ordering=bad", "limit=0", "limit=1&cursor=bad", "since=99"])
def test_a_condition_lets_no_bad_query_pass(mine: APIClient, todo: Todo, query: str) -> None:
    answer = mine.get(reverse("todo-list"), QUERY_STRING=query, HTTP_IF_NONE_MATCH="*")
    assert [error["attr"] for error in assert_error(answer, 400)] == [query.rpartition("&")[2].partition("=")[0]]


def test_if_none_match_gives_no_sign_of_anothers_todo(todo: Todo) -> None:
    stranger = signed_in(make_user())
    for condition in ("*", '"2"'):
        assert_error(stranger.get(url(todo), HTTP_IF_NONE_MATCH=condition), 404)


# If-Match


@pytest.mark.parametrize("condition", CURRENT)
@pytest.mark.parametrize("method", WRITES)
def test_a_todo_that_is_as_the_client_saw_it_is_written(
    mine: APIClient, todo: Todo, method: str, condition: str
) -> None:
    assert write(mine, method, url(todo), HTTP_IF_MATCH=condition).status_code == DONE[method]


@pytest.mark.parametrize("condition", STALE)
@pytest.mark.parametrize("method", WRITES)
def test_a_todo_that_has_changed_is_shown_and_not_written(
    mine: APIClient, todo: Todo, user: User, method: str, condition: str
) -> None:
    before = mine.get(url(todo)).json()
    answer = write(mine, method, url(todo), HTTP_IF_MATCH=condition)
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, before, '"2"')
    assert mine.get(url(todo)).json() == before
    assert User.objects.get(pk=user.pk).revision == 2


def test_a_stale_write_shows_the_todo_as_it_is_now(mine: APIClient, todo: Todo) -> None:
    changed = mine.patch(url(todo), {"status": "completed"})
    answer = mine.put(url(todo), {"title": "x"}, HTTP_IF_MATCH='"2"')
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, changed.json(), changed["ETag"])
    assert mine.put(url(todo), {"title": "x"}, HTTP_IF_MATCH=answer["ETag"]).status_code == 200


def test_a_stale_write_is_stale_whatever_else_is_wrong_with_it(mine: APIClient, todo: Todo) -> None:
    assert mine.patch(url(todo), {"status": "bad"}, HTTP_IF_MATCH='"1"').status_code == 412


@pytest.mark.parametrize("condition", MALFORMED)
@pytest.mark.parametrize("method", WRITES)
def test_a_malformed_if_match_is_refused(mine: APIClient, todo: Todo, method: str, condition: str) -> None:
    [error] = assert_error(write(mine, method, url(todo), HTTP_IF_MATCH=condition), 400)
    assert (error["code"], error["attr"]) == ("invalid", "If-Match")
    assert mine.get(url(todo))["ETag"] == '"2"'


@pytest.mark.parametrize("condition", ["*", '"2"', '"1"'])
@pytest.mark.parametrize("method", WRITES)
def test_a_condition_on_a_todo_that_is_not_there_is_404(
    mine: APIClient, todo: Todo, method: str, condition: str
) -> None:
    absent = reverse("todo-detail", args=[todo.pk + 1])
    assert_error(write(mine, method, absent, HTTP_IF_MATCH=condition), 404)
    assert_error(write(signed_in(make_user()), method, url(todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.parametrize("condition", ["*", '"3"', '"2"', 'W/"1"'])
def test_deleting_again_is_204_whatever_the_condition(mine: APIClient, todo: Todo, condition: str) -> None:
    mine.delete(url(todo))
    answer = mine.delete(url(todo), HTTP_IF_MATCH=condition)
    assert (answer.status_code, answer["X-Revision"]) == (204, "3")
    for method in ("put", "patch"):
        assert_error(write(mine, method, url(todo), HTTP_IF_MATCH=condition), 404)


@pytest.mark.parametrize("condition", MALFORMED)
@pytest.mark.parametrize("method", WRITES)
def test_a_malformed_if_match_is_refused_also_where_no_todo_is(
    mine: APIClient, todo: Todo, method: str, condition: str
) -> None:
    mine.delete(url(todo))
    for pk in (todo.pk, todo.pk + 1):
        answer = write(mine, method, reverse("todo-detail", args=[pk]), HTTP_IF_MATCH=condition)
        assert [error["attr"] for error in assert_error(answer, 400)] == ["If-Match"]


@pytest.mark.parametrize("condition", ["*", '"2"'])
def test_if_match_is_for_one_todo(mine: APIClient, todo: Todo, condition: str) -> None:
    items = [{"id": todo.pk, "title": "x"}]
    [patch] = assert_error(mine.patch(reverse("todo-list"), items, HTTP_IF_MATCH=condition), 400)
    cleared = f"{reverse('todo-list')}?status=completed"
    [clear] = assert_error(mine.delete(cleared, HTTP_IF_MATCH=condition), 400)
    assert patch["attr"] == clear["attr"] == "If-Match"


# A revision in the body


@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_current_revision_in_the_body_lets_write(mine: APIClient, todo: Todo, method: str) -> None:
    answer = getattr(mine, method)(url(todo), {"title": "x", "revision": 2})
    assert (answer.status_code, answer.json()["revision"]) == (DONE[method], 3)


@pytest.mark.parametrize("said", [1, 3, 0, -1, 10**30])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_another_revision_in_the_body_is_stale(mine: APIClient, todo: Todo, method: str, said: int) -> None:
    before = mine.get(url(todo)).json()
    answer = getattr(mine, method)(url(todo), {"title": "x", "revision": said})
    assert (answer.status_code, answer.json(), answer["ETag"]) == (412, before, '"2"')
    assert mine.get(url(todo)).json() == before


@pytest.mark.parametrize("said", ["2", "1", 2.0, True, None, [2], {}])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_revision_that_is_no_integer_is_refused(mine: APIClient, todo: Todo, method: str, said: object) -> None:
    [error] = assert_error(getattr(mine, method)(url(todo), {"title": "x", "revision": said}), 400)
    assert error["attr"] == "revision"


@pytest.mark.parametrize(("condition", "said"), [('"1"', 2), ('"2"', 1)])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_of_two_conditions_both_must_hold(mine: APIClient, todo: Todo, method: str, condition: str, said: int) -> None:
    answer = getattr(mine, method)(url(todo), {"title": "x", "revision": said}, HTTP_IF_MATCH=condition)
    assert answer.status_code == 412


# X-Revision


def test_every_write_says_the_users_revision(mine: APIClient, todo: Todo) -> None:
    lists = reverse("todo-list")
    answers = [
        mine.post(lists, {"title": "a"}),
        mine.post(lists, [{"title": "b"}, {"title": "c", "status": "completed"}]),
        mine.put(url(todo), {"title": "d"}),
        mine.patch(url(todo), {"title": "e"}),
        mine.patch(lists, [{"id": todo.pk, "title": "f"}]),
        mine.delete(url(todo)),
        mine.post(f"{url(todo)}restore/"),
        mine.delete(f"{lists}?status=completed"),
    ]
    assert [answer["X-Revision"] for answer in answers] == ["3", "5", "6", "7", "8", "9", "10", "11"]


def test_a_write_that_changes_nothing_says_the_users_revision_too(mine: APIClient, todo: Todo) -> None:
    lists = reverse("todo-list")
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "k"}
    mine.post(lists, {"title": "a"}, **key)
    assert mine.delete(reverse("todo-detail", args=[todo.pk + 1]))["X-Revision"] == "4"
    answers = [
        mine.post(lists, {"title": "a"}, **key),
        mine.put(url(todo), {"title": todo.title}),
        mine.patch(url(todo), {"status": "open"}),
        mine.patch(lists, [{"id": todo.pk, "title": todo.title}]),
        mine.delete(reverse("todo-detail", args=[todo.pk + 1])),
        mine.post(f"{url(todo)}restore/"),
        mine.delete(f"{lists}?status=completed"),
    ]
    assert [answer["X-Revision"] for answer in answers] == ["4"] * 7


# What it costs


@pytest.mark.in_process("counts statements")
def test_a_list_that_the_client_has_takes_one_statement(mine: APIClient, todo: Todo) -> None:
    tag = tag_of(mine)
    [statement] = statements(lambda: mine.get(reverse("todo-list"), HTTP_IF_NONE_MATCH=tag))
    assert "todos_todo" not in statement


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("method", WRITES)
def test_a_write_with_a_condition_takes_at_most_four_statements(mine: APIClient, todo: Todo, method: str) -> None:
    assert len(statements(lambda: write(mine, method, url(todo), HTTP_IF_MATCH='"2"'))) <= 4


@pytest.mark.in_process("counts statements")
@pytest.mark.parametrize("method", WRITES)
def test_a_stale_write_writes_nothing_to_the_todos(mine: APIClient, todo: Todo, method: str) -> None:
    made = statements(lambda: write(mine, method, url(todo), HTTP_IF_MATCH='"1"'))
    assert len(made) <= 3
    assert not [statement for statement in made if statement.startswith('UPDATE "todos_todo"')]


# In another origin's page


@pytest.mark.in_process("changes the settings of this process alone")
@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_a_page_of_an_allowed_origin_may_read_the_headers(mine: APIClient, todo: Todo) -> None:
    for target in (url(todo), reverse("todo-list")):
        answer = mine.get(target, HTTP_ORIGIN=ORIGIN)
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
def test_a_page_of_another_origin_may_nothing(mine: APIClient, todo: Todo) -> None:
    for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "http://app.example.com", "null"):
        answer = mine.get(url(todo), HTTP_ORIGIN=origin)
        assert not [name for name in answer.headers if name.startswith("Access-Control-")]
