"""Tasks that run after the response, so that no client waits for them."""

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

# The shortest and the longest wait before a task begins, in seconds. A task slows down other threads, and whether there
# is one (a mail is sent only where the account exists) must not show in the time of a response: tasks begin after the
# response was sent, at a random moment.
DELAY = (0.02, 0.12)

# Tasks run one at a time, in order. With this many waiting something is broken, and further ones are dropped.
MAX_WAITING = 100
executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
queue_slots = BoundedSemaphore(MAX_WAITING)

# How long a process that stops goes on with the waiting tasks, in seconds.
STOP_SECONDS = 5


def run_in_background(function: Callable[..., None], *arguments: Any) -> None:
    """Call a module-level function after the response; its arguments must be JSON values.

    On Lambda, where threads freeze with the response, the Lambda function invokes itself asynchronously. Elsewhere a
    thread makes the call. Errors are logged and never reach the caller.
    """
    if settings.ON_LAMBDA:
        invoke_lambda(function, arguments)
    elif queue_slots.acquire(blocking=False):
        executor.submit(run_task, function, arguments).add_done_callback(on_done)
    else:
        logger.error("A background task was dropped: %s are waiting already", MAX_WAITING)


def run_task(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    time.sleep(SystemRandom().uniform(*DELAY))
    try:
        function(*arguments)
    finally:
        connections.close_all()


def on_done(future: Future[None]) -> None:
    queue_slots.release()
    if future.cancelled():
        logger.error("A background task was dropped: the process stops")
    elif error := future.exception():
        logger.error("A background task failed", exc_info=error)


def stop() -> None:
    """Run waiting tasks for STOP_SECONDS at most, then drop the rest: one that hangs must not delay the stop."""
    with suppress(TimeoutError):
        executor.submit(int).result(STOP_SECONDS)
    executor.shutdown(wait=False, cancel_futures=True)


def invoke_lambda(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # With Zappa's module, a quarter of a cold start.
    from zappa.asynchronous import run

    try:
        run(function, args=list(arguments), boto_session=get_session_with_short_timeouts())
    except (BotoCoreError, ClientError) as error:
        logger.error("The Lambda function could not invoke itself: %s", error)


@cache
def get_session_with_short_timeouts() -> Any:
    """Return an AWS session that gives up after seconds; by default it would wait for minutes."""
    import boto3
    from botocore.config import Config
    from botocore.session import get_session

    session = get_session()
    session.set_default_client_config(
        Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})  # seconds
    )
    return boto3.Session(botocore_session=session)
