"""Checks that every call of the Flask API that this one replaces still works, with its statuses and fields."""

from testing.passwords import PASSWORD
from testing.server import APICaller

CREDENTIALS = {"email": "original@example.com", "password": PASSWORD}


def check_every_call(server: APICaller) -> None:
    signup = server.call("POST", "/auth/signup", CREDENTIALS)
    assert (signup.status, signup.json()["message"]) == (200, "Sign up successfully")
    taken = server.call("POST", "/auth/signup", CREDENTIALS)
    assert (taken.status, taken.json()["message"]) == (400, "Email already exists.")
    missing = server.call("POST", "/auth/signup", {})
    assert (missing.status, [error["attr"] for error in missing.json()["errors"]]) == (400, ["email", "password"])
    login = server.call("POST", "/auth/login", CREDENTIALS)
    assert login.status == 200
    token = login.json()["token"]
    wrong = server.call("POST", "/auth/login", CREDENTIALS | {"password": "wrong"})
    assert (wrong.status, wrong.json()["message"]) == (400, "Invalid credentials")

    for bad in ("", "bad.token"):
        refused = server.call("GET", "/todos/", token=bad)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    empty = server.call("GET", "/todos/", token=token)
    assert (empty.status, empty.json()) == (200, [])
    created = server.call("POST", "/todos/", {"title": "Buy milk"}, token=token)
    todo = created.json()
    assert created.status == 201
    assert (todo["title"], todo["created_by"], todo["status"]) == ("Buy milk", CREDENTIALS["email"], "open")
    assert server.call("POST", "/todos/", {}, token=token).status == 400
    unknown = server.call("POST", "/todos/", {"title": "x", "foo": 1}, token=token)
    assert (unknown.status, unknown.json()["errors"][0]["attr"]) == (400, "foo")

    path = f"/todos/{todo['id']}/"
    one = server.call("GET", path, token=token)
    assert (one.status, one.json()) == (200, todo)
    for status in ("completed", "open"):
        patched = server.call("PATCH", path, {"status": status}, token=token)
        assert (patched.status, patched.json()["status"]) == (202, status)
    unclear = server.call("PATCH", path, {"status": "done"}, token=token)
    text = "Bad choice: done is not a valid choice. Valid choices are 'open' or 'completed'."
    assert (unclear.status, unclear.json()["message"]) == (400, text)
    nothing = server.call("PATCH", path, token=token)
    assert (nothing.status, nothing.json()["errors"][0]["attr"]) == (400, "status")
    deleted = server.call("DELETE", path, token=token)
    assert (deleted.status, deleted.body) == (204, b"")
    for method in ("PATCH", "DELETE"):
        refused = server.call(method, "/todos/", token=token)
        assert refused.status == 405
        assert "POST" in refused.headers["Allow"]
