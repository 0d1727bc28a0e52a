"""One account for each e-mail address, however it is spelled and written."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from testing.accounts import log_in, sign_up
from testing.emails import INVALID_ADDRESSES, SPELLINGS, make_address, make_spelling
from testing.factories import PASSWORD, make_user


def test_many_spellings_of_one_address_sign_up_one_account(db: None, rounds: Callable[[int, int], int]) -> None:
    random = Random(2)  # noqa: S311 (not for secrets)
    emails = [make_spelling(random) for _ in range(rounds(50, 1_000))]
    statuses = Counter(sign_up(email).status_code for email in emails)
    assert statuses == {200: 1, 400: len(emails) - 1}
    assert User.objects.get().email == "kate@xn--bcher-kva.example"


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS[::4])
def test_signup_stores_the_normal_form(db: None, spelling: str, normal: str) -> None:
    assert sign_up(spelling).status_code == 200
    assert User.objects.get().email == normal


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS)
def test_signup_with_another_spelling_of_a_taken_email_is_refused(db: None, spelling: str, normal: str) -> None:
    make_user(normal)
    response = sign_up(spelling)
    assert (response.status_code, response.json()["message"]) == (400, "Email already exists.")
    assert User.objects.count() == 1


@pytest.mark.parametrize(("spelling", "normal"), SPELLINGS[::4])
def test_login_accepts_every_spelling(db: None, spelling: str, normal: str) -> None:
    make_user(normal)
    assert log_in(spelling, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    "email", [*(text for text in INVALID_ADDRESSES if "\ud800" not in text), "", " ", 5, None, True, []]
)
def test_signup_with_an_invalid_email_is_refused(db: None, email: object) -> None:
    response = sign_up(email)
    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == {"email"}
    assert not User.objects.exists()


def test_signup_with_a_lone_surrogate_in_the_email_is_refused(db: None, api: APIClient) -> None:
    body = rb'{"email": "kate\ud800@example.com", "password": "correct horse battery"}'
    response = api.post(reverse("auth-signup"), body, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, "email")


def insert_copy(user: User, email: str) -> None:
    columns = [str(field.column) for field in User._meta.concrete_fields if not field.primary_key]
    values = ["%s" if column == "email" else column for column in columns]
    statement = (
        f"INSERT INTO accounts_user ({', '.join(columns)}) SELECT {', '.join(values)} FROM accounts_user WHERE id = %s"  # noqa: S608
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [email, user.pk])


def update_email(user: User, email: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = %s WHERE id = %s", [email, user.pk])


@pytest.mark.parametrize("write", [insert_copy, update_email])
@pytest.mark.parametrize("email", ["taken@example.com", "Kate@example.com", " kate@example.com", "kate", ""])
def test_database_refuses_a_taken_or_unnormalized_email(
    user: User, write: Callable[[User, str], None], email: str
) -> None:
    make_user("taken@example.com")
    with pytest.raises(IntegrityError):
        write(user, email)


@pytest.mark.parametrize("write", [insert_copy, update_email])
def test_database_refuses_an_email_of_255_characters(user: User, write: Callable[[User, str], None]) -> None:
    write(user, make_address(254))
    with pytest.raises((IntegrityError, DataError)):
        write(user, make_address(255))


@pytest.mark.parametrize("lookup", [{"email": "KATE@Example.com "}, {"email__in": ["KATE@Example.com "]}])
def test_lookup_uses_the_normal_form(db: None, lookup: dict[str, str]) -> None:
    assert User.objects.filter(**lookup).count() == 0
    make_user("kate@example.com")
    assert User.objects.filter(**lookup).count() == 1


def test_lookup_of_an_invalid_email_finds_nobody(user: User) -> None:
    assert not User.objects.filter(email="nobody").exists()


def test_every_way_of_saving_stores_the_normal_form(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email=" Updated@Example.com")
    User.objects.bulk_create([User(email=" Created@Example.com")])
    make_user(" Saved@Example.com")
    emails = User.objects.values_list("email", flat=True)
    assert set(emails) == {"updated@example.com", "created@example.com", "saved@example.com"}


def test_invalid_email_cannot_be_saved(user: User) -> None:
    user.email = "nobody"
    with pytest.raises(ValidationError):
        user.save()
    with pytest.raises(ValidationError):
        User.objects.filter(pk=user.pk).update(email="nobody")
