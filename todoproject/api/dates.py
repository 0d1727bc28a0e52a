"""RFC 3339 date-times, strictly."""

import re
from datetime import UTC, datetime, timedelta, timezone

DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<time>[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


def parse_datetime(text: str, *, default_offset: str = "") -> datetime:
    """Return the moment that a text names, in UTC; ValueError says what would be right.

    Seconds may be left out; a fraction has at most six digits, as more could not be kept. Without
    an offset a text names no moment, unless there is a default one. Years are 1 to 9999, in UTC.
    """
    match = DATE_TIME.fullmatch(text)
    if not match:
        hint = " A + in a URL is written %2B." if re.search(r" [0-9]{2}:?[0-9]{2}$", text) else ""
        raise ValueError(f"Write a date-time with its offset, like 2026-12-24T18:00:00Z.{hint}")
    offset = match["offset"] or default_offset
    if not offset:
        raise ValueError("This date-time has no offset; add Z for UTC, or one like +02:00.")
    try:
        if match["time"].startswith("24"):
            raise ValueError
        moment = datetime.fromisoformat(f"{match['date']}T{match['time']}").replace(tzinfo=zone(offset))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("This date-time does not exist, or lies outside the years 1 to 9999 in UTC.") from None


def rfc3339(moment: datetime | None) -> str | None:
    """Return a moment as the API writes it: in UTC, ending in Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
