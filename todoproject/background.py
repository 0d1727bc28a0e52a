"""Work that no caller waits for."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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

thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
places = BoundedSemaphore(WAITING)


def run_later(function: Callable[..., None], *arguments: Any) -> None:
    """Have a module's function called with JSON's values, after the answer.

    On Lambda the function is invoked once more, asynchronously: a thread would freeze with the answer. Elsewhere a
    thread calls it. What goes wrong is logged, and costs the caller nothing.
    """
    if settings.ON_LAMBDA:
        invoke(function, arguments)
    elif places.acquire(blocking=False):
        thread.submit(called, function, arguments).add_done_callback(done)
    else:
        logger.error("Not called, as %s calls wait already: %s", WAITING, function.__name__)


def called(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    time.sleep(SystemRandom().uniform(*DELAY))
    try:
        function(*arguments)
    finally:
        connections.close_all()


def done(future: Future[None]) -> None:
    places.release()
    if error := future.exception():
        logger.error("A call in the background failed", exc_info=error)


def invoke(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # With Zappa's module a quarter of a cold start.
    from zappa.asynchronous import run

    try:
        run(function, args=list(arguments))
    except (BotoCoreError, ClientError) as error:
        logger.error("The function could not invoke itself: %s", error)
