"""A local mail server that keeps the messages it receives."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from testing.ports import free_port


class Postbox:
    """The messages received so far, and the value for EMAIL_URL."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.url = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (as in aiosmtpd)
        message: Any = BytesParser(policy=default).parsebytes(envelope.content)
        self.messages.append(message)
        return "250 OK"

    def wait(self, count: int = 1, seconds: float = 20) -> list[EmailMessage]:
        """Wait until this many messages have arrived or the time is over, and return all received so far."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.messages


@contextmanager
def postbox() -> Iterator[Postbox]:
    """Run a mail server; yield its postbox."""
    received = Postbox()
    server = Controller(received, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        received.url = f"smtp://127.0.0.1:{server.port}"
        yield received
    finally:
        server.stop()
