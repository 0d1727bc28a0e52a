"""Queries on users: changes that revoke tokens, and the revision counter."""

import secrets
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import connection, models

from accounts.exceptions import InvalidAccountOrToken

# The columns that almost every request needs, in the order of the model's fields; others are loaded when they are used.
TOKEN_COLUMNS = ("id", "email", "is_active", "token_version", "revision", "purged_revision")

# A change of one of these columns revokes all tokens and sessions of the user.
REVOKING_COLUMNS = {"password", "is_active"}


def generate_token_version() -> int:
    """Return 62 random bits: practically unguessable and unique, and small enough for a BIGINT."""
    return secrets.randbits(62)


class UserQuerySet(models.QuerySet[Any]):
    def update(self, **values: Any) -> int:
        """Update users. If `password` or `is_active` is among the values, revoke their tokens and sessions."""
        if values.keys() & REVOKING_COLUMNS:
            values.setdefault("token_version", generate_token_version())
        return super().update(**values)

    def with_email_prefix(self, text: str) -> "UserQuerySet":
        """Return the users whose e-mail address begins with a text, by an index.

        SQLite has none for `LIKE ... ESCAPE`, so there it is a range: addresses are ASCII without control characters.
        """
        if not text:
            return self
        prefix = self.model._meta.get_field("email").get_prep_value(text).lower()
        if connection.vendor == "postgresql":
            return self.filter(email__startswith=prefix)
        return self.filter(email__gte=prefix, email__lt=f"{prefix}\x7f")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_token(self, user_id: int, token_version: int) -> Any:
        """Return the active user with this id and token version, or None.

        Each request does this first, so the statement is written by hand: the ORM takes eight times as long, most of it
        to build the same SQL again.
        """
        columns, table = ", ".join(TOKEN_COLUMNS), self.model._meta.db_table
        statement = f"SELECT {columns} FROM {table} WHERE id = %s AND token_version = %s AND is_active"  # noqa: S608
        row = fetch_row(statement, [user_id, token_version])
        if row is None:
            return None
        pk, email, _, *numbers = row  # On SQLite, is_active is 1.
        return self.model.from_db(connection.alias, TOKEN_COLUMNS, (pk, email, True, *numbers))

    def raise_revision(self, user_id: int, *, by: int = 1) -> int:
        """Increase a user's revision and return the new value, in one statement.

        The row stays locked until the surrounding transaction ends, so that a user's writes run one after the other.
        Raises InvalidAccountOrToken for an unknown user.
        """
        table = self.model._meta.db_table
        statement = f"UPDATE {table} SET revision = revision + %s WHERE id = %s RETURNING revision"  # noqa: S608
        row = fetch_row(statement, [by, user_id])
        if row is None:
            raise InvalidAccountOrToken
        return row[0]


def fetch_row(statement: str, parameters: list[Any]) -> Any:
    """Return the first row of a statement's result, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
