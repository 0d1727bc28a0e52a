"""Rate limits on attempts to log in, sign up, refresh, reset or enter a password. Rates: settings.THROTTLES, by scope.

A period begins with its first attempt. Counts are in the database, so all its processes and instances share them. One
statement checks and increments a count before the attempt is made, so concurrent attempts cannot exceed the limit.
Where only failures count, a successful attempt is refunded.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.email_addresses import NormalizedEmailField
from accounts.exceptions import TooManyAttempts
from accounts.models import ThrottleCount, User
from todoproject.config.rates import Rate
from todoproject.serving.client_address import get_client_address

Scope = Literal["login", "signup", "refresh", "reset", "reset_email", "account", "email", "password"]

# The scopes that count failures for an e-mail address, in the order in which their rows are locked.
FAILURE_SCOPES: tuple[Scope, ...] = ("account", "email", "password")

# The expired counts that each reservation deletes: more than it can add, so that expired counts do not accumulate.
MAX_EXPIRED_DELETED = 10


class Attempt(NamedTuple):
    """An attempt to be counted: in a scope, for an e-mail address (its hash), for a client address, or for both."""

    scope: Scope
    subject: str = ""
    address: str = ""

    @classmethod
    def for_client(cls, scope: Scope, request: HttpRequest | None) -> "Attempt":
        """Return an attempt that counts for the client's address alone, which is empty without a request."""
        return cls(scope, address=get_client_address(request) if request else "")

    @classmethod
    def for_email(cls, scope: Scope, email: str, address: str = "") -> "Attempt":
        return cls(scope, hash_email(email), address)


def hash_email(email: str) -> str:
    """Return a keyed hash of an e-mail address, the same for all its spellings; counts are stored under it."""
    normalized = str(NormalizedEmailField().get_prep_value(email))
    return salted_hmac("accounts.throttling", normalized, algorithm="sha256").hexdigest()


def reserve_login_attempt(request: HttpRequest | None, email: str) -> list[ThrottleCount]:
    """Count a login attempt, and return the counts to refund after a successful one. Raises TooManyAttempts (429).

    It is counted for the client, which is never refunded; and for the e-mail address, from this client and in total.
    """
    for_client = Attempt.for_client("login", request)
    reserve(for_client)
    return reserve(Attempt.for_email("account", email, for_client.address), Attempt.for_email("email", email))


def reserve_password_attempt(user: User) -> list[ThrottleCount]:
    """Count an attempt to enter the current password, to be refunded if it is right. Raises TooManyAttempts (429)."""
    return reserve(Attempt.for_email("password", user.email))


def check_current_password(user: User, password: str) -> bool:
    """Return whether this is the user's password. Wrong ones count; raises TooManyAttempts (429) beyond the limit."""
    reserved = reserve_password_attempt(user)
    is_right = user.check_password(password)
    if is_right:
        refund(reserved)
    return is_right


def reserve(*attempts: Attempt) -> list[ThrottleCount]:
    """Count all of the attempts or none, and return their counts for `refund`.

    Raises TooManyAttempts (429), which says when to try again. Rows are locked in the given order; callers use the
    order of FAILURE_SCOPES, to avoid deadlocks.
    """
    limited = [(attempt, rate) for attempt in attempts if (rate := settings.THROTTLES[attempt.scope])]
    if not limited:
        return []
    now = timezone.now()
    delete_expired_counts(now)
    with transaction.atomic():
        return [increment_count(attempt, rate, now) for attempt, rate in limited]


INCREMENT = """
    INSERT INTO accounts_throttlecount AS stored (scope, subject, address, count, ends_at)
    VALUES (%(scope)s, %(subject)s, %(address)s, 1, %(ends_at)s)
    ON CONFLICT (subject, scope, address) DO UPDATE SET
        count = CASE WHEN stored.ends_at > %(now)s THEN stored.count + 1 ELSE 1 END,
        ends_at = CASE WHEN stored.ends_at > %(now)s THEN stored.ends_at ELSE excluded.ends_at END
    WHERE stored.count < %(limit)s OR stored.ends_at <= %(now)s
    RETURNING *
"""


def increment_count(attempt: Attempt, rate: Rate, now: datetime) -> ThrottleCount:
    """Add an attempt to its count and return the count. Raises TooManyAttempts if the limit was reached before."""
    limit, seconds = rate
    parameters = attempt._asdict() | {"now": now, "ends_at": now + timedelta(seconds=seconds), "limit": limit}
    counts = list(ThrottleCount.objects.raw(INCREMENT, parameters))
    if not counts:
        reached = ThrottleCount.objects.filter(**attempt._asdict()).first()
        raise TooManyAttempts(max(1, ceil((reached.ends_at - now).total_seconds())) if reached else 1)
    return counts[0]


def refund(counts: list[ThrottleCount]) -> None:
    """Refund reserved attempts whose period has not ended, each in its own transaction, to avoid deadlocks."""
    for count in counts:
        ThrottleCount.objects.filter(pk=count.pk, ends_at=count.ends_at).update(count=F("count") - 1)


def clear_failures(email: str) -> None:
    """Delete all counted failures for an e-mail address, from every client."""
    with transaction.atomic():
        for scope in FAILURE_SCOPES:
            ThrottleCount.objects.filter(subject=hash_email(email), scope=scope).delete()


def delete_expired_counts(now: datetime) -> None:
    """Delete up to MAX_EXPIRED_DELETED expired counts. Skip those that another transaction is incrementing."""
    expired = ThrottleCount.objects.filter(ends_at__lte=now)
    if not expired.exists():  # The usual case: then nothing is locked.
        return
    with transaction.atomic():
        batch = expired.order_by("ends_at").select_for_update(skip_locked=True)[:MAX_EXPIRED_DELETED]
        expired.filter(pk__in=list(batch.values_list("pk", flat=True))).delete()
