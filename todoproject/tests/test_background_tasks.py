"""Tasks that run after the response."""

from threading import BoundedSemaphore
from time import sleep
from typing import Any

import pytest

from testing.processes import run_python
from todoproject.serving import background_tasks

pytestmark = pytest.mark.in_process("looks into the queue of this process")

STOP_WITH_WAITING_TASKS = """
import logging, time, django
django.setup()
from todoproject.serving import background_tasks
background_tasks.STOP_SECONDS, background_tasks.DELAY_RANGE_SECONDS = 0.1, (0, 0)
for _ in range(4):
    background_tasks.run_in_background(time.sleep, 1)
background_tasks.stop_executor()
"""


def test_tasks_that_wait_too_long_at_the_stop_are_dropped_and_logged() -> None:
    result = run_python("-c", STOP_WITH_WAITING_TASKS, DJANGO_SETTINGS_MODULE="todoproject.settings")
    assert (result.returncode, result.stderr.count("dropped: the process is stopping")) == (0, 3)


def test_task_that_finds_the_queue_full_is_dropped_and_logged(caplog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_tasks, "queue_slots", BoundedSemaphore(2))
    for _ in range(3):
        background_tasks.run_in_background(sleep, 0.1)
    assert caplog.text.count("A background task was dropped") == 1
    background_tasks.executor.submit(int).result(30)


def test_lambda_session_gives_up_within_ten_seconds_without_a_retry() -> None:
    config = background_tasks.get_session_with_short_timeouts().client("lambda", region_name="eu-central-1").meta.config
    assert config.connect_timeout + config.read_timeout < 10
    assert config.retries["total_max_attempts"] == 1
