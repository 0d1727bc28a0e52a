"""The life of a process of the server: its start, its stop, and its end when the main process has been killed."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from todoproject.serving import background_tasks


async def run_lifespan(receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """Handle ASGI's lifespan protocol. At the shutdown, wait for the background tasks."""
    await receive()
    watch = asyncio.create_task(stop_without_parent())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    watch.cancel()
    await asyncio.to_thread(background_tasks.stop_executor)
    await send({"type": "lifespan.shutdown.complete"})


async def stop_without_parent() -> None:
    """Stop this process when the server's main process has been killed, which Granian does not notice."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)
    signal.raise_signal(signal.SIGTERM)
