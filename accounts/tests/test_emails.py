"""The one form in which an e-mail address is kept, and that nothing gets around it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.emails import normalize_email
from accounts.models import User
from testing.factories import PASSWORD, make_user

# Another spelling, and the normal form of the same address.
SPELLINGS = [
    ("Kate@Example.COM", "kate@example.com"),
    (" \tkate@example.com\n", "kate@example.com"),
    ("\u3000kate@example.com\u00a0", "kate@example.com"),
    ("\u212aate@example.com", "kate@example.com"),  # the Kelvin sign
    ("ka\uff54e@\uff45\uff58ample.com", "kate@example.com"),  # full-width letters
    ("kate\uff20example\uff0ecom", "kate@example.com"),  # full-width @ and full stop
    ("kate@example\u3002com", "kate@example.com"),  # an ideographic full stop
    ("kate@exa\u00admple.com", "kate@example.com"),  # a soft hyphen
    ("\u017fam@example.com", "sam@example.com"),  # a long s
    ("\ufb01ona@example.com", "fiona@example.com"),  # the ligature fi
    ("kate@Bücher.example", "kate@xn--bcher-kva.example"),
    ("kate@bu\u0308cher.example", "kate@xn--bcher-kva.example"),  # u and a combining diaeresis
    ("kate@XN--BCHER-KVA.example", "kate@xn--bcher-kva.example"),
    ("kate@faß.example", "kate@xn--fa-hia.example"),
]

NO_ADDRESSES = [
    '"kate"@example.com',
    '"kate@home"@example.com',
    "kate@[127.0.0.1]",
    "kate@[IPv6:::1]",
    "kate@example.com.",
    "kate@example..com",
    "kate.@example.com",
    "kate@home@example.com",
    "ka te@example.com",
    "kate\n@example.com",
    "kate\0@example.com",
    "kate\u200b@example.com",  # a zero-width space
    "k\u0131te@example.com",  # a dotless i
    "K\u0130TE@EXAMPLE.COM",  # a dotted capital I
    "jürgen@example.com",
    "kate@\U0001f600.example",
    "kate@xn--a.example",
    "kate@\ud800.example",
    "kate@exa\u200dmple.com",  # a zero-width joiner
    "kate@" + "a" * 64 + ".example",
    "kate@" + "ü" * 300 + ".example",
    "kate",
    "kate@",
    "@example.com",
    "@",
]


def of_length(total: int) -> str:
    """An address of 64 characters before the @, and `total` in all."""
    domain = "a" * 60 + "." + "b" * 60 + "." + "c" * (total - 64 - 1 - 122 - 4) + ".com"
    return "x" * 64 + "@" + domain


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS)
def test_each_spelling_has_the_same_normal_form(spelling: str, normal: str) -> None:
    assert normalize_email(spelling) == normal


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_has_no_normal_form_is_no_address(text: str) -> None:
    with pytest.raises(ValidationError):
        normalize_email(text)


@pytest.mark.parametrize("address", ["kate+todos@example.com", "o'hara@example.com", of_length(240), of_length(241)])
def test_an_address_in_its_normal_form_stays_as_it_is(address: str) -> None:
    assert normalize_email(address) == address


def test_the_part_before_the_at_sign_has_at_most_64_characters() -> None:
    assert normalize_email("x" * 64 + "@example.com")
    with pytest.raises(ValidationError, match="at most 64 characters"):
        normalize_email("x" * 65 + "@example.com")


def test_an_address_has_at_most_254_characters() -> None:
    longest = of_length(247) + ".museum"
    assert len(normalize_email(longest)) == 254
    with pytest.raises(ValidationError, match="254 in all"):
        normalize_email(longest + "s")


def test_the_normal_form_of_any_text_is_its_own_normal_form(rounds: Callable[[int, int], int]) -> None:
    hypothesis = pytest.importorskip("hypothesis")
    given = hypothesis.strategies
    texts = given.lists(given.integers(0, 0x10FFFF).map(chr), max_size=4).map("".join)
    pieces = given.sampled_from(["xn--", "kva", ".", "@", "-", "ü", "ß", "ſ", "\u00ad", "。", "א", "com"])
    addresses = given.lists(pieces | texts, max_size=6).map(lambda parts: "a@b" + "".join(parts))

    @hypothesis.settings(max_examples=rounds(150, 20_000), deadline=None, database=None)
    @hypothesis.given(texts | addresses | addresses.map(lambda text: text + ".example"))
    def check(text: str) -> None:
        try:
            normal = normalize_email(text)
        except ValidationError:
            return
        assert normalize_email(normal) == normal

    check()


VARIANTS: dict[str, Sequence[str]] = {
    "k": "kK\u212a\uff4b\uff2b",
    "a": "aA\uff41\u00aa",
    "@": ["@", "\uff20", "\ufe6b"],
    ".": [".", "\u3002", "\uff0e", "\uff61", "\u2024"],
    "ü": ["ü", "Ü", "u\u0308", "U\u0308", "ü\u00ad"],
    "e": ["e", "E", "\uff45", "\u2147", "\u212f"],
}


def variant(random: Random) -> str:
    """One of very many spellings of kate@bücher.example; not each of them is an address."""
    text = "".join(random.choice(VARIANTS.get(letter, letter + letter.upper())) for letter in "kate@bücher.example")
    text = text if random.random() < 0.8 else re.sub("(?i)b[^.]+cher", "xn--BCHER-kva", text)
    white = [random.choice(["", " ", "\t", "\n", "\u3000", "\u00a0"]) for _ in range(2)]
    return white[0] + text + white[1]


def test_a_thousand_spellings_of_an_address_are_one_address_or_none() -> None:
    random, found = Random(1), Counter[str]()  # noqa: S311 (not for secrets)
    for _ in range(1_000):
        try:
            found[normalize_email(variant(random))] += 1
        except ValidationError:
            found["no address"] += 1
    assert set(found) <= {"kate@xn--bcher-kva.example", "no address"}
    assert found["kate@xn--bcher-kva.example"] > 500


def test_a_thousand_spellings_sign_up_one_account(db: None, api: APIClient, rounds: Callable[[int, int], int]) -> None:
    random = Random(2)  # noqa: S311 (not for secrets)
    bodies = [{"email": variant(random), "password": PASSWORD} for _ in range(rounds(50, 1_000))]
    answers = Counter(api.post(reverse("auth-signup"), body).status_code for body in bodies)
    assert answers == {200: 1, 400: len(bodies) - 1}
    assert User.objects.get().email == "kate@xn--bcher-kva.example"


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS[::4])
def test_an_account_is_kept_under_the_normal_form(db: None, api: APIClient, spelling: str, normal: str) -> None:
    assert api.post(reverse("auth-signup"), {"email": spelling, "password": PASSWORD}).status_code == 200
    assert User.objects.get().email == normal


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS)
def test_another_spelling_makes_no_second_account(db: None, api: APIClient, spelling: str, normal: str) -> None:
    make_user(normal)
    answer = api.post(reverse("auth-signup"), {"email": spelling, "password": PASSWORD})
    assert (answer.status_code, answer.json()["message"]) == (400, "Email already exists.")
    assert User.objects.count() == 1


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS[::4])
def test_each_spelling_logs_in(db: None, api: APIClient, spelling: str, normal: str) -> None:
    make_user(normal)
    assert api.post(reverse("auth-login"), {"email": spelling, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    "email", [*(text for text in NO_ADDRESSES if "\ud800" not in text), "", " ", 5, None, True, []]
)
def test_what_is_no_address_signs_nobody_up(db: None, api: APIClient, email: object) -> None:
    answer = api.post(reverse("auth-signup"), {"email": email, "password": PASSWORD})
    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"email"}
    assert not User.objects.exists()


def test_a_lone_surrogate_is_no_address(db: None, api: APIClient) -> None:
    body = rb'{"email": "kate\ud800@example.com", "password": "correct horse battery"}'
    answer = api.post(reverse("auth-signup"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "email")


def insert_a_copy(user: User, email: str) -> None:
    columns = [str(field.column) for field in User._meta.concrete_fields if not field.primary_key]
    values = ["%s" if column == "email" else column for column in columns]
    statement = (
        f"INSERT INTO accounts_user ({', '.join(columns)}) SELECT {', '.join(values)} FROM accounts_user WHERE id = %s"  # noqa: S608
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [email, user.pk])


def update(user: User, email: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = %s WHERE id = %s", [email, user.pk])


@pytest.mark.parametrize("write", [insert_a_copy, update])
@pytest.mark.parametrize("email", ["taken@example.com", "Kate@example.com", " kate@example.com", "kate", ""])
def test_the_database_itself_refuses(user: User, write: Callable[[User, str], None], email: str) -> None:
    make_user("taken@example.com")
    with pytest.raises(IntegrityError):
        write(user, email)


@pytest.mark.parametrize("write", [insert_a_copy, update])
def test_the_database_itself_refuses_255_characters(user: User, write: Callable[[User, str], None]) -> None:
    write(user, of_length(254))
    with pytest.raises((IntegrityError, DataError)):
        write(user, of_length(255))


@pytest.mark.parametrize("lookup", [{"email": "KATE@Example.com "}, {"email__in": ["KATE@Example.com "]}])
def test_a_look_up_uses_the_normal_form(db: None, lookup: dict[str, str]) -> None:
    assert User.objects.filter(**lookup).count() == 0
    make_user("kate@example.com")
    assert User.objects.filter(**lookup).count() == 1


def test_a_look_up_of_what_is_no_address_finds_nobody(user: User) -> None:
    assert not User.objects.filter(email="nobody").exists()


def test_whatever_way_it_is_written_an_address_is_kept_in_its_normal_form(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email=" Updated@Example.com")
    User.objects.bulk_create([User(email=" Created@Example.com")])
    make_user(" Saved@Example.com")
    emails = User.objects.values_list("email", flat=True)
    assert set(emails) == {"updated@example.com", "created@example.com", "saved@example.com"}


def test_what_is_no_address_cannot_be_saved(user: User) -> None:
    user.email = "nobody"
    with pytest.raises(ValidationError):
        user.save()
    with pytest.raises(ValidationError):
        User.objects.filter(pk=user.pk).update(email="nobody")
