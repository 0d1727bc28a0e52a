"""An attack on one account of a server with eight processes: the throttles let exactly the limit through."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from testing.login_attack import RATES, attack_account
from testing.server import Server

pytestmark = pytest.mark.in_process("runs its own server")


@pytest.fixture(scope="module")
def eight_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("eight_processes"), workers=8, **RATES) as server:
        yield server


def test_from_one_address_exactly_the_limit_of_account_passes(
    eight_processes: Server, rounds: Callable[[int, int], int]
) -> None:
    attempts = rounds(150, 1_000)
    outcome = attack_account(eight_processes, f"{uuid4().hex}@example.com", sources=["127.0.1.1"], attempts=attempts)
    assert outcome == {"allowed": 10, "refused": attempts - 10}


def test_from_fifty_addresses_exactly_the_limit_of_email_passes(
    eight_processes: Server, rounds: Callable[[int, int], int]
) -> None:
    attempts = rounds(150, 1_000)
    sources = [f"127.0.2.{number}" for number in range(1, 51)]
    outcome = attack_account(eight_processes, f"{uuid4().hex}@example.com", sources=sources, attempts=attempts)
    assert outcome == {"allowed": 30, "refused": attempts - 30}
