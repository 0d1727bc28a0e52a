"""The memory that a login uses: a small Lambda function has little of it."""

from pathlib import Path

import pytest

from testing.memory import MEGABYTE, PROC_STATUS, measure_login_memory


@pytest.mark.in_process("measures its own process")
@pytest.mark.skipif(not PROC_STATUS.exists(), reason="a process's memory is read from /proc")
def test_login_takes_less_than_40_mb_above_idle(tmp_path: Path) -> None:
    """One hash takes 19 MiB, so a result below 10 MB would mean that the measurement is broken."""
    assert 10 * MEGABYTE < measure_login_memory(tmp_path) < 40 * MEGABYTE
