"""A login leaves most of the memory of a small Lambda function free."""

from pathlib import Path

import pytest

from testing.memory import MEGABYTE, STATUS, login_memory


@pytest.mark.in_process("measures a process of its own")
@pytest.mark.skipif(not STATUS.exists(), reason="a process's memory is read from /proc")
def test_a_login_takes_less_than_40_mb_above_idle(tmp_path: Path) -> None:
    """A hash alone takes 19 MiB: of less than 10 MB none would be measured."""
    assert 10 * MEGABYTE < login_memory(tmp_path) < 40 * MEGABYTE
