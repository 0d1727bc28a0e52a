"""The normal form of e-mail addresses."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from django.core.exceptions import ValidationError

from accounts.email_addresses import normalize_email
from testing.emails import INVALID_ADDRESSES, SPELLINGS, make_address, make_spelling


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS)
def test_each_spelling_has_the_same_normal_form(spelling: str, normal: str) -> None:
    assert normalize_email(spelling) == normal


@pytest.mark.parametrize("text", INVALID_ADDRESSES)
def test_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        normalize_email(text)


@pytest.mark.parametrize(
    "address", ["kate+todos@example.com", "o'hara@example.com", make_address(240), make_address(241)]
)
def test_address_in_normal_form_is_not_changed(address: str) -> None:
    assert normalize_email(address) == address


def test_address_has_at_most_64_characters_before_the_at_sign() -> None:
    assert normalize_email("x" * 64 + "@example.com")
    with pytest.raises(ValidationError, match="at most 64 characters"):
        normalize_email("x" * 65 + "@example.com")


def test_address_has_at_most_254_characters() -> None:
    longest = make_address(247) + ".museum"
    assert len(normalize_email(longest)) == 254
    with pytest.raises(ValidationError, match="254 in all"):
        normalize_email(longest + "s")


def test_normalizing_twice_is_normalizing_once(rounds: Callable[[int, int], int]) -> None:
    hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is in requirements-dev.txt")
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


def test_each_of_1000_spellings_has_the_same_normal_form_or_is_invalid() -> None:
    random, found = Random(1), Counter[str]()  # noqa: S311 (not for secrets)
    for _ in range(1_000):
        try:
            found[normalize_email(make_spelling(random))] += 1
        except ValidationError:
            found["invalid"] += 1
    assert set(found) <= {"kate@xn--bcher-kva.example", "invalid"}
    assert found["kate@xn--bcher-kva.example"] > 500
