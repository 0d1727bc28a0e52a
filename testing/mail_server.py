"""A mail server on this machine, which keeps what it is sent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from testing.server import free_port


class Postbox:
    """What was sent, and by which URL one sends to it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (as in aiosmtpd)
        message: Any = BytesParser(policy=default).parsebytes(envelope.content)
        self.messages.append(message)
        return "250 Taken"

    def wait(self, count: int = 1, seconds: float = 20) -> list[EmailMessage]:
        """Return the messages once there are so many, or the time is over."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.messages


@contextmanager
def postbox() -> Iterator[Postbox]:
    kept = Postbox()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        kept.url = f"smtp://127.0.0.1:{server.port}"
        yield kept
    finally:
        server.stop()
