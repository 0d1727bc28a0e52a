"""Entity tags for a todo with revision 2, and writes that carry them."""

from typing import Any

from rest_framework.test import APIClient

WRITE_BODIES = {"put": {"title": "new"}, "patch": {"title": "new"}, "delete": None}
SUCCESS_STATUS = {"put": 200, "patch": 202, "delete": 204}

# Lists of entity tags that match; empty members of a list are allowed (RFC 9110, 5.6.1).
CURRENT_TAGS = [
    '"2",',
    ' , "2"',
    '"1",,"2" ,\t,',
    "*",
    '"2"',
    'W/"2"',
    ' "2" ',
    '"1","2"',
    '"1", W/"2"',
    '"1" , "2"',
    'W/"1",\t"2", "x"',
    '"a,b", "2"',
    '"", "2"',
]
STALE_TAGS = ['"1"', 'W/"1"', '"1", "3"', '""', '"02"', '"22"', '"*"', '"W/2"', '"2,"', '"é"', "\"'2'\""]
MALFORMED_TAGS = [
    ",", "", " ", "2", "W/2", "'2'", '"2', '2"', '"2""3"', '"2" "3"', '*, "2"', '"2", *', "**",
    'w/"2"', 'W / "2"', 'W/ "2"', '"2" x', '"a b"', '"\t"', '"2";', 'W/"2"W/"3"', '"2\x7f"', "null", '["2"]', "W/*",
]  # fmt: skip


def send_write(client: APIClient, method: str, url: str, **headers: Any) -> Any:
    """Send a valid PUT, PATCH or DELETE with these headers."""
    return getattr(client, method)(url, WRITE_BODIES[method], **headers)
