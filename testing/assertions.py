"""Assertions about the shape of error responses."""

from typing import Any


def assert_error(response: Any, status: int) -> list[dict[str, Any]]:
    """Assert an error response's status and shape, and return its errors."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/json"
    data = response.json()
    assert list(data) == ["type", "message", "errors"]
    types = ["server_error"] if status >= 500 else ["validation_error", "client_error"]
    assert data["type"] in types
    assert data["message"] == data["errors"][0]["detail"]
    for error in data["errors"]:
        assert list(error) == ["code", "detail", "attr"]
        assert isinstance(error["code"], str)
        assert isinstance(error["attr"], str | None)
    return data["errors"]
