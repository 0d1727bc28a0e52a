"""How often something may be tried: by whom, and from where. The rates are settings.THROTTLES, by scope.

A period begins with its first try. The counts stand in the database, so all processes and instances that share it
share them. A try is counted by one statement before it is made, so of tries at the same moment no more pass than may.
Where only failures shall count, a try that succeeded is given back.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.emails import NormalEmailField
from accounts.exceptions import TooManyAttempts
from accounts.models import ThrottleCount, User
from todoproject.config.environment import Rate
from todoproject.serving.client_address import client_address

# How many counts whose period is over go away with each reservation: more than it adds, so that they never pile up.
FORGOTTEN_AT_ONCE = 10

# The scopes that count failures of an e-mail address, in the order in which they are locked.
FAILURES = ("account", "email", "password")


class Try(NamedTuple):
    """A try at something, which counts for an e-mail address, from a client's address, or both."""

    scope: str
    subject: str = ""
    address: str = ""


def by_address(scope: str, request: HttpRequest | None) -> Try:
    return Try(scope, address=client_address(request) if request else "")


def by_email(scope: str, email: str, address: str = "") -> Try:
    return Try(scope, subject_of(email), address)


def subject_of(email: str) -> str:
    """Return what counts are kept by for an e-mail address: a keyed hash, the same for all its spellings."""
    normal = str(NormalEmailField().get_prep_value(email))
    return salted_hmac("accounts.throttling", normal, algorithm="sha256").hexdigest()


def reserve_login(request: HttpRequest | None, email: str) -> list[ThrottleCount]:
    """Count a log-in: for its address, and until it is given back for the e-mail address, from there and in all."""
    from_address = by_address("login", request)
    reserve(from_address)
    return reserve(by_email("account", email, from_address.address), by_email("email", email))


def checked_password(user: User, password: str) -> bool:
    """Whether it is the user's password, of which only so many wrong ones may be tried."""
    reserved = reserve(by_email("password", user.email))
    right = user.check_password(password)
    if right:
        give_back(reserved)
    return right


def reserve(*tries: Try) -> list[ThrottleCount]:
    """Count tries, all or none; return what `give_back` takes. TooManyAttempts (429) tells when to try again.

    Several are locked in the order given, which is that of FAILURES everywhere: else two could wait for each other.
    """
    rated = [(each, rate) for each in tries if (rate := settings.THROTTLES[each.scope])]
    if not rated:
        return []
    now = timezone.now()
    forget(now)
    with transaction.atomic():
        return [counted(each, rate, now) for each, rate in rated]


def counted(each: Try, rate: Rate, now: datetime) -> ThrottleCount:
    """Count a try, and return its count; TooManyAttempts where it is one too many."""
    parameters = {"now": now, "ends_at": now + timedelta(seconds=rate.seconds), "rate": rate.attempts}
    counts = list(ThrottleCount.objects.raw(COUNT, each._asdict() | parameters))
    if not counts:
        full = ThrottleCount.objects.filter(**each._asdict()).first()
        raise TooManyAttempts(max(1, ceil((full.ends_at - now).total_seconds())) if full else 1)
    return counts[0]


COUNT = """
    INSERT INTO accounts_throttlecount AS held (scope, subject, address, count, ends_at)
    VALUES (%(scope)s, %(subject)s, %(address)s, 1, %(ends_at)s)
    ON CONFLICT (subject, scope, address) DO UPDATE SET
        count = CASE WHEN held.ends_at > %(now)s THEN held.count + 1 ELSE 1 END,
        ends_at = CASE WHEN held.ends_at > %(now)s THEN held.ends_at ELSE excluded.ends_at END
    WHERE held.count < %(rate)s OR held.ends_at <= %(now)s
    RETURNING *
"""


def give_back(counts: list[ThrottleCount]) -> None:
    """Take tries back, unless their period is over. One by one: two at once could wait for each other."""
    for count in counts:
        ThrottleCount.objects.filter(pk=count.pk, ends_at=count.ends_at).update(count=F("count") - 1)


def clear(email: str) -> None:
    """Forget the failures of an e-mail address, from everywhere."""
    with transaction.atomic():
        for scope in FAILURES:
            ThrottleCount.objects.filter(subject=subject_of(email), scope=scope).delete()


def forget(now: datetime) -> None:
    """Delete some counts whose period is over. One that is just being counted anew is passed over."""
    over = ThrottleCount.objects.filter(ends_at__lte=now)
    if not over.exists():  # As mostly: then nothing is locked.
        return
    with transaction.atomic():
        some = over.order_by("ends_at").select_for_update(skip_locked=True)[:FORGOTTEN_AT_ONCE]
        over.filter(pk__in=list(some.values_list("pk", flat=True))).delete()
