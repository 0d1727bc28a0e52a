"""The user: keyed by e-mail, with the token version and the counter of their todos; and the counts of throttles."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import connections, models, router, transaction
from django.db.models.functions import Length, Lower, Trim
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import emails
from accounts.emails import NormalEmailField
from accounts.exceptions import AccountGone


def new_token_version() -> int:
    """62 random bits: never guessed, never met twice, and within a BIGINT."""
    return secrets.randbits(62)


class UserQuerySet(models.QuerySet["User"]):
    def update(self, **values: Any) -> int:
        """Update; whoever gets another password, or is (de)activated, loses all tokens and sessions."""
        if values.keys() & {"password", "is_active"}:
            values.setdefault("token_version", new_token_version())
        return super().update(**values)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def raise_revision(self, user_id: int, *, by: int = 1) -> int:
        """Raise a user's counter and return its new value, in one statement; AccountGone if there is no such user.

        The row stays locked until the surrounding transaction ends: that orders the user's writes.
        """
        table = self.model._meta.db_table
        using = router.db_for_write(self.model)
        statement = f"UPDATE {table} SET revision = revision + %s WHERE id = %s RETURNING revision"  # noqa: S608
        with connections[using].cursor() as cursor:
            cursor.execute(statement, [by, user_id])
            row = cursor.fetchone()
        if row is None:
            raise AccountGone
        return row[0]


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an e-mail address and a password, who owns todos."""

    email = NormalEmailField(max_length=emails.LENGTH, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    token_version = models.BigIntegerField(default=new_token_version, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)
    purged_revision = models.BigIntegerField(default=0, editable=False)
    last_login = None  # A write at each log-in, for a figure that nobody here needs.

    _stored: dict[str, Any]  # What the database is known to have, by column.

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(name="email_in_normal_form", condition=models.Q(email=Lower(Trim("email")))),
            models.CheckConstraint(
                name="email_length",
                condition=models.Q(LessThanOrEqual(Length("email"), emails.LENGTH)) & models.Q(email__contains="@"),
            ),
            models.CheckConstraint(name="token_version_of_62_bits", condition=models.Q(token_version__gte=0)),
            models.CheckConstraint(
                name="purged_up_to_revision",
                condition=models.Q(purged_revision__gte=0, purged_revision__lte=models.F("revision")),
            ),
        )

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> "User":
        user = super().from_db(*args, **kwargs)
        user.remember()
        return user

    def refresh_from_db(self, using: Any = None, fields: Any = None, **kwargs: Any) -> None:  # type: ignore[override]
        names = None if fields is None else set(fields)
        super().refresh_from_db(using, fields, **kwargs)
        self.remember(names)

    def values(self) -> dict[str, Any]:
        """The columns that this instance has, which may be fewer than the table."""
        return {f.attname: self.__dict__[f.attname] for f in self._meta.concrete_fields if f.attname in self.__dict__}

    def remember(self, names: Any = None) -> None:
        """Keep the values, or those of some columns, that the database is known to have."""
        values = self.values()
        self._stored = values if names is None else self._stored | {n: values[n] for n in names if n in values}

    def save(self, **kwargs: Any) -> None:
        """Save what was changed here, and only that: nobody else's revocation or revision is undone.

        Another password, and being (de)activated, make all tokens and sessions worthless.
        """
        if not self._state.adding:
            fields = kwargs.get("update_fields")
            if fields is None:
                fields = {n for n, value in self.values().items() if n not in self._stored or self._stored[n] != value}
            if {"password", "is_active"} & set(fields):
                self.token_version = new_token_version()
                fields = {*fields, "token_version"}
            kwargs["update_fields"] = fields
        super().save(**kwargs)
        self.remember(kwargs.get("update_fields"))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password. A hash of older parameters is renewed, unless it was changed meanwhile."""

        def renew(password: str) -> None:
            renewed, same = make_password(password), User.objects.filter(pk=self.pk, password=self.password)
            if same.update(password=renewed, token_version=models.F("token_version")):
                self.password = renewed
                self.remember({"password"})

        return check_password(raw_password, self.password, renew)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the user and all that is theirs. Their row is locked first, so that no write comes between."""
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=self.pk).first()
            return super().delete(*args, **kwargs)

    def revoke_tokens(self, **changes: Any) -> None:
        """Make every token and session of the user worthless, with other changes in the same statement.

        Conditional: of two that race only one takes place, and for the other AccountGone is raised.
        """
        version = new_token_version()
        changed = User.objects.filter(pk=self.pk, token_version=self.token_version)
        if not changed.update(token_version=version, **changes):
            raise AccountGone
        self.token_version = version

    def change_password(self, password: str) -> None:
        """Set another password; all tokens and sessions made before are worthless."""
        self.password = make_password(password)
        self.revoke_tokens(password=self.password)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match: it dies with the password and with the token version."""
        value = f"{self.password}{self.token_version}"
        return salted_hmac("accounts.models.User", value, secret=secret, algorithm="sha256").hexdigest()


class ThrottleCount(models.Model):
    """How often something was tried since the first try of a period, until the period ends."""

    scope = models.CharField(max_length=16)
    # A keyed hash of the e-mail address that it is counted for, or nothing. People type passwords into such fields.
    subject = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    count = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_count_a_throttle", fields=("subject", "scope", "address")),
            models.CheckConstraint(name="throttle_count_not_negative", condition=models.Q(count__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.scope} {self.address}: {self.count}"
