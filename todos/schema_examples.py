"""The examples of the calls on todos in the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

TODO_EXAMPLE = {
    "id": 7,
    "title": "Buy milk",
    "description": "",
    "status": "open",
    "due_at": "2026-12-24T18:00:00Z",
    "created_by": "ada@example.com",
    "created_at": "2026-11-22T08:00:00Z",
    "updated_at": "2026-11-22T08:00:00Z",
    "completed_at": None,
    "revision": 12,
}
COMPLETED_EXAMPLE = TODO_EXAMPLE | {"status": "completed", "completed_at": "2026-11-23T08:00:00Z", "revision": 13}
TOMBSTONE_EXAMPLE = {"id": 8, "revision": 14, "deleted": True}
NEW = {"title": "Buy milk", "due_at": "2026-12-24T19:00:00+01:00"}
COMPLETE = {"status": "completed", "revision": 12}
CHANGES = [{"id": 7, "status": "completed"}, {"id": 8, "title": "Buy bread", "revision": 13}]


def request_example(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def response_example(name: str, value: Any, status: int) -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[str(status)], media_type="application/json")
