"""The filter `search`."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from testing.factories import make_todo
from testing.todos import fetch_ids, fetch_list_error, fetch_titles, get_attr_and_code, list_url, todo_url


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("Buy milk", "MILK"),
        ("Bär, ÖL", "BÄR, öl"),
        ("Straße", "STRASSE"),
        ("STRASSE", "straße"),
        ("ΟΔΟΣ", "οδος"),
        ("οδος", "ΟΔΟΣ"),
        ("οδοσ", "οδος"),
        ("Привет", "ПРИВЕТ"),
        ("ﬁne", "FINE"),
        ("😀 fun", "😀"),
        ("caf\u00e9", "CAFE\u0301"),
        ("cafe\u0301", "CAF\u00c9"),
        ("\u1e69 s\u0323\u0307 s\u0307\u0323", "s\u0307\u0323"),
        ("한글", "\u1112\u1161\u11ab"),
    ],
)
def test_search_ignores_case(user_client: APIClient, user: User, field: str, text: str, search: str) -> None:
    make_todo(user, "Another", description="thing")
    found = make_todo(user, **{"title": "Found", field: text})
    assert fetch_ids(user_client, search=search) == [found.pk]


@pytest.mark.parametrize("character", ["%", "_", "\\", "'", '"', "*", "?", "[a]", "\\%", "^", "$", ".", "(", "é"])
def test_every_character_of_a_search_is_literal(user_client: APIClient, user: User, character: str) -> None:
    make_todo(user, "ab axb a\u0301e")
    make_todo(user, f"a{character}b")
    assert fetch_titles(user_client, search=character) == [f"a{character}b"]
    assert fetch_titles(user_client, search=f"A{character}B") == [f"a{character}b"]


def test_spaces_at_the_ends_of_a_search_are_significant(user_client: APIClient, user: User) -> None:
    make_todo(user, "milk")
    make_todo(user, "Buy milk")
    assert fetch_titles(user_client, search=" milk") == ["Buy milk"]
    assert fetch_titles(user_client, search="milk ") == []


@pytest.mark.parametrize("between", ["", " ", "\n", "\x1f", "\x1e", "%", "_"])
def test_search_does_not_match_across_title_and_description(user_client: APIClient, user: User, between: str) -> None:
    make_todo(user, "Buy", description="milk")
    assert fetch_titles(user_client, search=f"buy{between}milk") == []


def test_search_for_a_control_character_finds_nothing(user_client: APIClient, user: User) -> None:
    make_todo(user, "Buy", description="milk")
    for code in (*range(1, 9), 11, 12, *range(14, 32)):
        assert fetch_titles(user_client, search=chr(code)) == []


def test_search_finds_the_current_text_only(user_client: APIClient, user: User) -> None:
    url = todo_url(make_todo(user, "Buy milk", description="today"))
    user_client.patch(url, {"title": "Buy bread"})
    user_client.patch(url, {"description": "tomorrow"})
    assert fetch_titles(user_client, search="bread") == fetch_titles(user_client, search="morrow") == ["Buy bread"]
    assert fetch_titles(user_client, search="milk") == fetch_titles(user_client, search="today") == []


@pytest.mark.parametrize("character", ["x", "ß", "ΐ", "😀", "%", "\\"])
def test_search_of_more_than_200_characters_is_refused(user_client: APIClient, user: User, character: str) -> None:
    make_todo(user, "Long", description=character * 200)
    make_todo(user, "Short", description=character * 199)
    assert fetch_titles(user_client, search=character * 200) == ["Long"]
    response = user_client.get(list_url(search=character * 201))
    assert get_attr_and_code(response) == ("search", "max_length")


@pytest.mark.any_database
@pytest.mark.parametrize("search", ["%00", "milk%00", "+".join(["word"] * 2_000)])
def test_search_with_a_null_character_or_too_long_is_refused(user_client: APIClient, search: str) -> None:
    assert fetch_list_error(user_client, f"search={search}")["attr"] == "search"
