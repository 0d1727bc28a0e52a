"""Accounts on Lambda: throttles over all instances, mail by an asynchronous call, and what stands in the log."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.stages import local_environment
from lambda_emulator.function import Function
from lambda_emulator.gateway import Front
from testing.gateway import GatewayCaller
from testing.login_attack import RATES, attack_account
from testing.mail_server import Postbox, postbox
from testing.outbox import RESET_LINK
from testing.server import PASSWORD

PUBLIC_URL = "https://todo.example.com/dev"


@pytest.fixture(scope="module")
def box() -> Iterator[Postbox]:
    with postbox() as kept:
        yield kept


@pytest.fixture(scope="module")
def function(package: Path, box: Postbox) -> Iterator[Function]:
    environment = local_environment() | {"EMAIL_URL": box.url, "PUBLIC_URL": PUBLIC_URL}
    with Function(package, environment=environment, instances=1) as function:
        yield function


@pytest.mark.postgresql
def test_over_all_instances_exactly_the_limit_passes(
    package: Path, database_url: str, rounds: Callable[[int, int], int]
) -> None:
    count = rounds(150, 1_000)
    environment = local_environment() | {"DATABASE_URL": database_url} | RATES
    with (
        Function(package, environment=environment, instances=8) as function,
        Front(function, events="v1") as rest,
        Front(function, events="v2") as http,
    ):
        assert not function.invoke({"manage": "migrate"}).error
        for network, front in ((3, rest), (4, http)):
            gateway = GatewayCaller(front, function)
            sources = [f"127.0.{network}.{number}" for number in range(1, 51)]
            one = attack_account(gateway, f"{uuid4().hex}@example.com", sources=[f"127.1.{network}.1"], attempts=count)
            fifty = attack_account(gateway, f"{uuid4().hex}@example.com", sources=sources, attempts=count)
            assert one == {"passed": 10, "refused": count - 10}
            assert fifty == {"passed": 30, "refused": count - 30}
        assert len(function.all) > 1


@pytest.mark.parametrize("events", ["v1", "v2"])
def test_a_reset_mail_is_sent_by_another_call_of_the_function(function: Function, box: Postbox, events: str) -> None:
    before, email = len(box.messages), f"{uuid4().hex}@example.com"
    with Front(function, events=events) as front:
        gateway = GatewayCaller(front, function)
        gateway.sign_up_as(email)
        for asked in ("nobody@example.com", email):
            assert gateway.call("POST", "/auth/password/reset/", {"email": asked}).status == 202
        [message] = box.wait(before + 1)[before:]
        assert (message["To"], message["From"]) == (email, "Todo API <noreply@todo.example.com>")
        link = RESET_LINK.search(message.get_content())
        assert link
        assert link[0].startswith(f"{PUBLIC_URL}/session/reset/")
        body = {"uid": link[1], "token": link[2], "new_password": "staple battery horse"}
        assert gateway.call("GET", f"/session/reset/{link[1]}/{link[2]}/").status == 200
        assert [gateway.call("POST", "/auth/password/reset/confirm/", body).status for _ in range(2)] == [204, 400]
    assert_no_secret(function.log.read_text(), email, "nobody@", link[2], PASSWORD, "staple")


def assert_no_secret(log: str, *secrets: str) -> None:
    assert [secret for secret in secrets if secret in log] == []


def test_each_request_is_one_line_with_lambdas_name_of_it(function: Function) -> None:
    function.cold()
    before = len(function.log.read_text())
    with Front(function) as front:
        gateway = GatewayCaller(front, function)
        token = gateway.sign_up_as("ada@example.com")
        gateway.call("GET", "/todos/7?search=hidden", token=token)
        entries = requests(function.log.read_text()[before:])
    assert [(entry["method"], entry["route"], entry["status"]) for entry in entries] == [
        ("POST", "/auth/signup/", 200),
        ("GET", "/todos/<pk>/", 400),
    ]
    assert [entry["user"] for entry in entries] == [None, 1]
    assert all(entry["level"] == "INFO" and 0 < entry["milliseconds"] < 29_000 for entry in entries)


def requests(log: str) -> list[dict[str, Any]]:
    """Return the lines about requests, each of which stands among Lambda's own about the same one."""
    found = []
    for request_id, printed in re.findall(r"START RequestId: (\S+) .*?\n(.*?)END RequestId", log, re.DOTALL):
        entries = [json.loads(line) for line in printed.splitlines() if '"todoproject.requests"' in line]
        assert {entry["request"] for entry in entries} == {request_id}
        found += entries
    return found


def test_without_a_mail_server_a_reset_is_logged_and_no_link_printed(package: Path) -> None:
    with Function(package, environment=local_environment(), instances=1) as function, Front(function) as front:
        gateway = GatewayCaller(front, function)
        gateway.sign_up_as("ada@example.com")
        assert gateway.call("POST", "/auth/password/reset/", {"email": "ada@example.com"}).status == 202
        log = function.log.read_text()
    assert "EMAIL_URL is not set" in log
    assert_no_secret(log, "ada@", "/session/reset/M")


def test_a_broken_mail_server_costs_the_caller_nothing_and_is_logged(package: Path) -> None:
    environment = local_environment() | {"EMAIL_URL": "smtp://127.0.0.1:1", "PUBLIC_URL": PUBLIC_URL}
    with Function(package, environment=environment, instances=1) as function, Front(function) as front:
        gateway = GatewayCaller(front, function)
        gateway.sign_up_as("ada@example.com")
        assert gateway.call("POST", "/auth/password/reset/", {"email": "ada@example.com"}).status == 202
        deadline = time.monotonic() + 20
        while "Result of" not in (log := function.log.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert "A reset mail was not sent: ConnectionRefusedError" in log
    assert_no_secret(log, "ada@", "/session/reset/M")
