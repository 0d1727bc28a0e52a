"""The one shape of errors, as every test checks it."""

from typing import Any


def assert_error(answer: Any, status: int) -> list[dict[str, Any]]:
    """Check an error answer's status and shape, and return its errors."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/json"
    data = answer.json()
    assert list(data) == ["type", "message", "errors"]
    kinds = ["server_error"] if status >= 500 else ["validation_error", "client_error"]
    assert data["type"] in kinds
    assert data["message"] == data["errors"][0]["detail"]
    for error in data["errors"]:
        assert list(error) == ["code", "detail", "attr"]
        assert isinstance(error["code"], str)
        assert isinstance(error["attr"], str | None)
    return data["errors"]
