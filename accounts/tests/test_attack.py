"""An attack on one account over eight processes: exactly as many tries pass as may."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from testing.login_attack import RATES, attacked
from testing.server import Server

pytestmark = pytest.mark.in_process("has a server of its own")


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("eight"), workers=8, **RATES) as server:
        yield server


def test_from_one_address_exactly_the_limit_passes(eight: Server, rounds: Callable[[int, int], int]) -> None:
    tries = rounds(150, 1_000)
    outcome = attacked(eight, f"{uuid4().hex}@example.com", sources=["127.0.1.1"], tries=tries)
    assert outcome == {"passed": 10, "refused": tries - 10}


def test_from_fifty_addresses_exactly_the_other_limit_passes(eight: Server, rounds: Callable[[int, int], int]) -> None:
    tries = rounds(150, 1_000)
    sources = [f"127.0.2.{number}" for number in range(1, 51)]
    outcome = attacked(eight, f"{uuid4().hex}@example.com", sources=sources, tries=tries)
    assert outcome == {"passed": 30, "refused": tries - 30}
