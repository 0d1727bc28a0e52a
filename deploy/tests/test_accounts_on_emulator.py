"""Accounts on Lambda: throttles across instances, mail by an asynchronous call, and the log of requests."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.stages import local_stage_environment
from lambda_emulator.function import EmulatedFunction
from lambda_emulator.gateway import Gateway
from testing.gateway import GatewayCaller
from testing.login_attack import RATES, attack_account
from testing.outbox import RESET_LINK
from testing.passwords import PASSWORD

PUBLIC_URL = "https://todo.example.com/dev"


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    """A mail server and the messages that it has received."""
    pytest.importorskip("aiosmtpd", reason="aiosmtpd, a mail server, is in requirements-dev.txt")
    from testing.mail_server import postbox

    with postbox() as received:
        yield received


@pytest.fixture(scope="module")
def mail_function(package: Path, box: Any) -> Iterator[EmulatedFunction]:
    """A function that can send mail."""
    with create_function(package, EMAIL_URL=box.url, PUBLIC_URL=PUBLIC_URL) as function:
        yield function


def create_function(package: Path, **variables: str) -> EmulatedFunction:
    return EmulatedFunction(package, environment=local_stage_environment() | variables, max_instances=1)


@pytest.mark.postgresql
def test_exactly_the_limit_of_logins_is_allowed_across_instances(
    package: Path, postgresql_url: str, rounds: Callable[[int, int], int]
) -> None:
    attempts = rounds(150, 1_000)
    environment = local_stage_environment() | {"DATABASE_URL": postgresql_url} | RATES
    with (
        EmulatedFunction(package, environment=environment, max_instances=8) as function,
        Gateway(function, event_format="v1") as rest_api,
        Gateway(function, event_format="v2") as http_api,
    ):
        assert not function.invoke({"manage": "migrate"}).error
        for network, gateway in ((3, rest_api), (4, http_api)):
            caller = GatewayCaller(gateway)
            sources = [f"127.0.{network}.{number}" for number in range(1, 51)]
            one = attack_account(
                caller, f"{uuid4().hex}@example.com", sources=[f"127.1.{network}.1"], attempts=attempts
            )
            fifty = attack_account(caller, f"{uuid4().hex}@example.com", sources=sources, attempts=attempts)
            assert one == {"allowed": 10, "refused": attempts - 10}
            assert fifty == {"allowed": 30, "refused": attempts - 30}
        assert len(function.instances) > 1


@pytest.mark.parametrize("event_format", ["v1", "v2"])
def test_a_reset_mail_is_sent_by_another_call_of_the_function(
    mail_function: EmulatedFunction, box: Any, event_format: str
) -> None:
    before, email = len(box.messages), f"{uuid4().hex}@example.com"
    with Gateway(mail_function, event_format=event_format) as gateway:
        caller = GatewayCaller(gateway)
        caller.sign_up_as(email)
        for address in ("nobody@example.com", email):
            assert caller.call("POST", "/auth/password/reset/", {"email": address}).status == 202
        [message] = box.wait(before + 1)[before:]
        assert (message["To"], message["From"]) == (email, "Todo API <noreply@todo.example.com>")
        link = RESET_LINK.search(message.get_content())
        assert link
        assert link[0].startswith(f"{PUBLIC_URL}/session/reset/")
        body = {"uid": link[1], "token": link[2], "new_password": "staple battery horse"}
        assert caller.call("GET", f"/session/reset/{link[1]}/{link[2]}/").status == 200
        assert [caller.call("POST", "/auth/password/reset/confirm/", body).status for _ in range(2)] == [204, 400]
    assert_no_secret(mail_function.log.read_text(), email, "nobody@", link[2], PASSWORD, "staple")


def assert_no_secret(log: str, *secrets: str) -> None:
    assert [secret for secret in secrets if secret in log] == []


def test_each_request_is_logged_in_one_line_with_its_request_id(function: EmulatedFunction) -> None:
    function.discard_instances()
    before = len(function.log.read_text())
    with Gateway(function) as gateway:
        caller = GatewayCaller(gateway)
        token = caller.sign_up_as("ada@example.com")
        caller.call("GET", "/todos/7?search=hidden", token=token)
        entries = read_request_log(function.log.read_text()[before:])
    assert [(entry["method"], entry["route"], entry["status"]) for entry in entries] == [
        ("POST", "/auth/signup/", 200),
        ("GET", "/todos/<pk>/", 400),
    ]
    assert [entry["user"] for entry in entries] == [None, 1]
    assert all(entry["level"] == "INFO" and 0 < entry["milliseconds"] < 29_000 for entry in entries)


def read_request_log(log: str) -> list[dict[str, Any]]:
    """Return the log entries of requests; check that each is between Lambda's lines of the same request."""
    found = []
    for request_id, printed in re.findall(r"START RequestId: (\S+) .*?\n(.*?)END RequestId", log, re.DOTALL):
        entries = [json.loads(line) for line in printed.splitlines() if '"todoproject.requests"' in line]
        assert {entry["request"] for entry in entries} == {request_id}
        found += entries
    return found


def test_without_a_mail_server_a_reset_request_is_logged_without_its_link(package: Path) -> None:
    with create_function(package) as function, Gateway(function) as gateway:
        caller = GatewayCaller(gateway)
        caller.sign_up_as("ada@example.com")
        assert caller.call("POST", "/auth/password/reset/", {"email": "ada@example.com"}).status == 202
        log = function.log.read_text()
    assert "EMAIL_URL is not set" in log
    assert_no_secret(log, "ada@", "/session/reset/M")


def test_an_unreachable_mail_server_is_logged_and_the_caller_gets_no_error(package: Path) -> None:
    variables = {"EMAIL_URL": "smtp://127.0.0.1:1", "PUBLIC_URL": PUBLIC_URL}
    with create_function(package, **variables) as function, Gateway(function) as gateway:
        caller = GatewayCaller(gateway)
        caller.sign_up_as("ada@example.com")
        assert caller.call("POST", "/auth/password/reset/", {"email": "ada@example.com"}).status == 202
        deadline = time.monotonic() + 20
        while "Result of" not in (log := function.log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert "A reset mail was not sent: ConnectionRefusedError" in log
    assert_no_secret(log, "ada@", "/session/reset/M")
