"""Users, authenticated clients and todos for tests."""

from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import issue_tokens
from testing.passwords import PASSWORD
from todos.models import Todo
from todos.unit_of_work import unit_of_work

numbers = count(1)


@cache
def hash_password(password: str) -> str:
    """Hash each password only once: hashing is slow by design."""
    return make_password(password)


def make_user(email: str = "", **fields: Any) -> User:
    user = User(email=email or f"user{next(numbers)}@example.com", **fields)
    user.password = hash_password(PASSWORD)
    user.save()
    return user


def client_for(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"JWT {issue_tokens(user)['access']}")
    return client


def make_todo(owner: User, title: str = "Buy milk", **values: Any) -> Todo:
    with unit_of_work(owner) as work:
        return work.create(title=title, **values)
