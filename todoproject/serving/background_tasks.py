"""Runs tasks after the response, so that clients do not wait for them."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from random import SystemRandom
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

# The shortest and the longest delay before a task, chosen at random. It makes a task start after the response is sent,
# so that response times do not reveal whether there is one: a reset mail is sent only if the account exists.
DELAY_RANGE_SECONDS = (0.02, 0.12)

# Tasks run one at a time, in order. If this many are waiting, something is broken, and further ones are dropped.
MAX_WAITING = 100
executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
queue_slots = BoundedSemaphore(MAX_WAITING)

# Seconds that a stopping process gives waiting tasks.
STOP_SECONDS = 5


def run_in_background(function: Callable[..., None], *arguments: Any) -> None:
    """Call a module-level function after the response; its arguments must be JSON values.

    On Lambda, where threads freeze after the response, the Lambda function invokes itself asynchronously. Elsewhere a
    thread calls the function. Errors are logged and never reach the caller.
    """
    if settings.ON_LAMBDA:
        invoke_lambda(function, arguments)
    elif queue_slots.acquire(blocking=False):
        executor.submit(run_task, function, arguments).add_done_callback(release_slot_and_log_failure)
    else:
        logger.error("A background task was dropped: %s tasks are already waiting", MAX_WAITING)


def run_task(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    time.sleep(SystemRandom().uniform(*DELAY_RANGE_SECONDS))
    try:
        function(*arguments)
    finally:
        connections.close_all()


def release_slot_and_log_failure(future: Future[None]) -> None:
    queue_slots.release()
    if future.cancelled():
        logger.error("A background task was dropped: the process is stopping")
    elif error := future.exception():
        logger.error("A background task failed", exc_info=error)


def stop_executor() -> None:
    """Run waiting tasks for at most STOP_SECONDS, then drop the rest, so that a hanging task cannot delay the stop."""
    with suppress(TimeoutError):
        executor.submit(int).result(STOP_SECONDS)
    executor.shutdown(wait=False, cancel_futures=True)


def invoke_lambda(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    # Imported here because these two take a quarter of a cold start.
    from botocore.exceptions import BotoCoreError, ClientError
    from zappa.asynchronous import run

    try:
        run(function, args=list(arguments), boto_session=get_session_with_short_timeouts())
    except (BotoCoreError, ClientError) as error:
        logger.error("The Lambda function could not invoke itself: %s", error)


@cache
def get_session_with_short_timeouts() -> Any:
    """Return an AWS session whose calls fail after a few seconds; by default they wait for minutes."""
    import boto3
    from botocore.config import Config
    from botocore.session import get_session

    session = get_session()
    session.set_default_client_config(
        Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})  # seconds
    )
    return boto3.Session(botocore_session=session)
