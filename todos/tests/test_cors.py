"""Which headers the page of an allowed origin may send and read."""

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from testing.todos import list_url, todo_url
from todos.models import Todo

pytestmark = [pytest.mark.in_process("changes the settings of this process alone"), pytest.mark.any_database]

ORIGIN = "https://app.example.com"
EXPOSED = ["ETag", "Link", "Location", "X-Revision", "Idempotent-Replayed", "Retry-After"]
ALLOWED = ["If-Match", "If-None-Match", "Idempotency-Key", "Authorization", "Content-Type"]


@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_allowed_origin_may_read_the_response_headers(user_client: APIClient, second_todo: Todo) -> None:
    for url in (todo_url(second_todo), list_url()):
        response = user_client.get(url, HTTP_ORIGIN=ORIGIN)
        assert response["Access-Control-Allow-Origin"] == ORIGIN
        assert {*EXPOSED} <= {*response["Access-Control-Expose-Headers"].split(", ")}


@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_allowed_origin_may_send_conditions(api: APIClient, db: None, method: str) -> None:
    response = api.options(
        list_url(),
        HTTP_ORIGIN=ORIGIN,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=",".join(ALLOWED),
    )
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert method in response["Access-Control-Allow-Methods"].split(", ")
    assert {name.lower() for name in ALLOWED} <= {*response["Access-Control-Allow-Headers"].split(", ")}


@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_other_origin_gets_no_cors_headers(user_client: APIClient, second_todo: Todo) -> None:
    for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "http://app.example.com", "null"):
        response = user_client.get(todo_url(second_todo), HTTP_ORIGIN=origin)
        assert not [name for name in response.headers if name.startswith("Access-Control-")]
