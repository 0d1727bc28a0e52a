from collections.abc import Callable
from typing import Any

import pytest

from todoproject.environment import Rate


@pytest.fixture
def limit(settings: Any, db: None) -> Callable[..., None]:
    """`limit(login=3)`: three in a minute, and no other throttle."""

    def set_rates(**tries: int) -> None:
        settings.THROTTLES = settings.THROTTLES | {scope: Rate(count, 60) for scope, count in tries.items()}

    return set_rates
