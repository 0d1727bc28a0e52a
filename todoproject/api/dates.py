"""Parses and formats RFC 3339 date-times."""

import re
from datetime import UTC, datetime, timedelta, timezone

DATE_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<time>[0-9]{2}:[0-9]{2}(:[0-9]{2})?)"
    r"((?<=:[0-9]{2}:[0-9]{2})\.(?P<fraction>[0-9]+))?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


def parse_datetime(text: str, *, default_offset: str = "") -> datetime:
    """Return the date-time in UTC. Raises ValueError with an error text for the client.

    More is accepted than RFC 3339 allows: no seconds, a space for the T, and no colon in the offset. Of a fraction, the
    digits after the sixth are cut, because more than microseconds cannot be stored. A text without an offset is
    refused, unless there is a default offset. Years are 1 to 9999, in UTC.
    """
    match = DATE_TIME.fullmatch(text)
    if not match:
        hint = " In a URL, encode + as %2B." if re.search(r" [0-9]{2}:?[0-9]{2}$", text) else ""
        raise ValueError(f"Send a date-time with an offset, such as 2026-12-24T18:00:00Z.{hint}")
    offset = match["offset"] or default_offset
    if not offset:
        raise ValueError("This date-time has no offset. Add Z for UTC, or an offset such as +02:00.")
    if match["time"][6:] == "60":
        raise ValueError("Second 60 is a leap second, which cannot be stored. Send second 59, or the next minute.")
    try:
        if match["time"].startswith("24"):
            raise ValueError
        local = datetime.fromisoformat(f"{match['date']}T{match['time']}")
        fraction = int((match["fraction"] or "")[:6].ljust(6, "0"))
        moment = local.replace(microsecond=fraction, tzinfo=parse_offset(offset))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("This date-time does not exist, or is outside the years 1 to 9999 in UTC.") from None


def format_datetime(moment: datetime | None) -> str | None:
    """Return a date-time in the format of the API: in UTC, ending in Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def parse_offset(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)
