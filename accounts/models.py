"""The user, identified by an e-mail address, and the counts of rate-limited attempts."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Length, Lower, Trim
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import email_addresses
from accounts.exceptions import InvalidAccountOrToken
from accounts.managers import REVOKING_COLUMNS, UserManager, generate_token_version
from accounts.passwords import normalize_password


class User(AbstractBaseUser, PermissionsMixin):
    """A user, who logs in with an e-mail address and a password, and owns todos.

    Every token and session contains the user's token version, so a new version revokes them all. `revision` counts the
    writes to the user's todos; `purged_revision` is the highest revision of a purged tombstone.
    """

    email = email_addresses.NormalizedEmailField(max_length=email_addresses.MAX_LENGTH, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    token_version = models.BigIntegerField(default=generate_token_version, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)
    purged_revision = models.BigIntegerField(default=0, editable=False)
    last_login = None  # Nothing here needs it, and it would cost a write at each login.

    _stored_values: dict[str, Any]  # The values in the database, by column, as last loaded or saved.

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(name="email_in_normal_form", condition=models.Q(email=Lower(Trim("email")))),
            models.CheckConstraint(
                name="email_length",
                condition=models.Q(LessThanOrEqual(Length("email"), email_addresses.MAX_LENGTH))
                & models.Q(email__contains="@"),
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
        user._record_stored_values()
        return user

    def refresh_from_db(self, using: Any = None, fields: Any = None, **kwargs: Any) -> None:  # type: ignore[override]
        columns = None if fields is None else set(fields)
        super().refresh_from_db(using, fields, **kwargs)
        self._record_stored_values(columns)

    def _loaded_values(self) -> dict[str, Any]:
        """Return the values of this instance by column, without deferred columns."""
        return {f.attname: self.__dict__[f.attname] for f in self._meta.concrete_fields if f.attname in self.__dict__}

    def _record_stored_values(self, columns: Iterable[str] | None = None) -> None:
        """Record the current values, or those of some columns, as the stored ones."""
        values = self._loaded_values()
        stored = values if columns is None else self._stored_values | {n: values[n] for n in columns if n in values}
        self._stored_values = stored

    def _changed_columns(self) -> set[str]:
        stored = self._stored_values
        return {name for name, value in self._loaded_values().items() if name not in stored or stored[name] != value}

    def save(self, **kwargs: Any) -> None:
        """Save only the columns that this instance changed, so that no concurrent revocation or revision is undone.

        A new password, activation and deactivation revoke all tokens and sessions.
        """
        if not self._state.adding:
            columns = kwargs.get("update_fields")
            columns = self._changed_columns() if columns is None else set(columns)
            if columns & REVOKING_COLUMNS:
                self.token_version = generate_token_version()
                columns |= {"token_version"}
            kwargs["update_fields"] = columns
        super().save(**kwargs)
        self._record_stored_values(kwargs.get("update_fields"))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether the password is right, and upgrade an outdated hash of it.

        Hashes made before passwords were normalised are of what was typed, so that is compared second. The number of
        hashes depends on the password alone, also for a user without one. A password that has been changed
        concurrently is not overwritten.
        """

        def upgrade_hash(password: str) -> None:
            upgraded, unchanged = make_password(password), User.objects.filter(pk=self.pk, password=self.password)
            if unchanged.update(password=upgraded, token_version=models.F("token_version")):
                self.password = upgraded
                self._record_stored_values({"password"})

        normalized = None if raw_password is None else normalize_password(raw_password)
        if check_password(normalized, self.password, upgrade_hash):
            return True
        is_right = raw_password != normalized and check_password(raw_password, self.password)
        if is_right:
            upgrade_hash(str(raw_password))
        return is_right

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the user and everything they own. The row is locked first, so that no todo can be added."""
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=self.pk).first()
            return super().delete(*args, **kwargs)

    def revoke_tokens(self, **changes: Any) -> None:
        """Revoke every token and session of the user, and make other changes in the same statement.

        Raises InvalidAccountOrToken if the token version has changed since this instance was loaded: of concurrent
        calls only one succeeds.
        """
        version = generate_token_version()
        unchanged = User.objects.filter(pk=self.pk, token_version=self.token_version)
        if not unchanged.update(token_version=version, **changes):
            raise InvalidAccountOrToken
        self.token_version = version

    def change_password(self, password: str) -> None:
        """Set a new password, and revoke every token and session of the user."""
        self.password = make_password(password)
        self.revoke_tokens(password=self.password)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the hash that a session must contain: it changes with the password and with the token version."""
        value = f"{self.password}{self.token_version}"
        return salted_hmac("accounts.models.User", value, secret=secret, algorithm="sha256").hexdigest()


class ThrottleCount(models.Model):
    """The number of attempts in one scope during a period, from its first attempt until `ends_at`."""

    scope = models.CharField(max_length=16)
    # A keyed hash of the e-mail address, or empty. It is a hash because people type passwords into that field too.
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
