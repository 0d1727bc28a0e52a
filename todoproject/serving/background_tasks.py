"""Work that no caller waits for."""

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

# A thread's work slows down others. How much there is, such as whether a mail is sent at all, must not show in how long
# an answer takes: it begins when the answer is out, and at no moment that could be waited for. Seconds.
DELAY = (0.02, 0.12)

# One at a time, in order. What waits beyond this number is dropped: something is broken then.
WAITING = 100
executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
places = BoundedSemaphore(WAITING)

# How long a process that stops goes on with what waits, in seconds.
STOP_SECONDS = 5


def run_later(function: Callable[..., None], *arguments: Any) -> None:
    """Have a module's function called with JSON's values, after the answer.

    On Lambda the function is invoked once more, asynchronously: a thread would freeze with the answer. Elsewhere a
    thread calls it. What goes wrong is logged, and costs the caller nothing.
    """
    if settings.ON_LAMBDA:
        invoke(function, arguments)
    elif places.acquire(blocking=False):
        executor.submit(called, function, arguments).add_done_callback(done)
    else:
        logger.error("A call in the background was dropped: %s wait already", WAITING)


def called(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    time.sleep(SystemRandom().uniform(*DELAY))
    try:
        function(*arguments)
    finally:
        connections.close_all()


def done(future: Future[None]) -> None:
    places.release()
    if future.cancelled():
        logger.error("A call in the background was dropped: the process stops")
    elif error := future.exception():
        logger.error("A call in the background failed", exc_info=error)


def stop() -> None:
    """Go on with what waits for some seconds, and drop the rest: what hangs must not hold up the end of the process."""
    with suppress(TimeoutError):
        executor.submit(int).result(STOP_SECONDS)
    executor.shutdown(wait=False, cancel_futures=True)


def invoke(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # With Zappa's module a quarter of a cold start.
    from zappa.asynchronous import run

    try:
        run(function, args=list(arguments), boto_session=impatient_session())
    except (BotoCoreError, ClientError) as error:
        logger.error("The function could not invoke itself: %s", error)


@cache
def impatient_session() -> Any:
    """Return an AWS session that gives up after seconds, where by default it would wait for minutes."""
    import boto3
    from botocore.config import Config
    from botocore.session import get_session

    session = get_session()
    session.set_default_client_config(
        Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})  # seconds
    )
    return boto3.Session(botocore_session=session)
