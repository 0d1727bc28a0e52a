from collections.abc import Callable, Iterator
from typing import Any

import pytest

from todoproject.config.environment import Rate
from todoproject.serving import background_tasks


@pytest.fixture(autouse=True)
def nothing_in_the_background() -> Iterator[None]:
    """What a test has asked for is done before the next begins."""
    yield
    background_tasks.executor.submit(int).result(30)


@pytest.fixture
def limit(settings: Any, db: None) -> Callable[..., None]:
    """`limit(login=3)`: three in a minute, and no other throttle."""

    def set_rates(**tries: int) -> None:
        settings.THROTTLES = settings.THROTTLES | {scope: Rate(count, 60) for scope, count in tries.items()}

    return set_rates
