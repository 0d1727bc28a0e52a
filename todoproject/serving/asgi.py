"""The ASGI application: reads each request completely in the event loop, then runs Django in one of a few threads.

Slow clients (Slowloris) therefore hold a connection, but not a thread.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from django.conf import settings

from todoproject.serving.lifespan import run_lifespan
from todoproject.serving.wsgi_environ import Body, build_environ
from todoproject.wsgi import application as wsgi_application

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

THREADS = 4  # They live as long as the process, so that each keeps its database connection.

# Seconds that a client may take to send a body, and to receive each part of the response.
CLIENT_TIMEOUT_SECONDS = 30
PART_BYTES = 65_536
# Seconds for which the rest of a refused body is read and discarded: closing at once could lose the response.
DISCARD_SECONDS = 5
# The memory limit for all larger request and response bodies; above it, the largest waiting for its client is dropped.
MEMORY_BYTES = 134_217_728

CLOSE = [(b"connection", b"close")]
NO_BODY = Body(0, b"")


class Response(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes


class IncompleteBodyError(Exception):
    """The client disconnected, or sent malformed chunks."""


class ThreadedApplication:
    """Serves a WSGI application as an ASGI application."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.executor = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self.body_sizes: dict[asyncio.Timeout, int] = {}  # In bytes, for bodies over PART_BYTES; by deadline.

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await run_lifespan(receive, send)
            return
        response, unread = await self.respond(scope, receive)
        if unread is None and len(response.content) <= PART_BYTES:  # The server buffers it, so nothing waits.
            await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
            await send({"type": "http.response.body", "body": response.content})
            return
        with suppress(TimeoutError):
            async with self.client_deadline() as deadline:
                await self.send_response(response, send, deadline, unread)

    async def respond(self, scope: Message, receive: Receive) -> tuple[Response, Receive | None]:
        """Return the response to a request and, if part of the body is still unread, the callable that receives it."""
        headers = dict(scope["headers"])
        if b"content-length" not in headers and b"transfer-encoding" not in headers:
            return await self.call_in_thread(scope, NO_BODY), None
        try:
            async with self.client_deadline() as deadline:
                body = await self.read_body(headers, receive, deadline)
                deadline.reschedule(None)
                response = await self.call_in_thread(scope, body)
        except TimeoutError:
            return build_error_response(timed_out=True), None
        except IncompleteBodyError:
            return build_error_response(timed_out=False), None
        if body.is_complete:
            return response, None
        response.headers.extend(CLOSE)
        return response, receive if b"expect" not in headers else None

    def call_in_thread(self, scope: Message, body: Body) -> Awaitable[Response]:
        environ = build_environ(scope, body)
        return asyncio.get_running_loop().run_in_executor(self.executor, self.run_wsgi_application, environ)

    @asynccontextmanager
    async def client_deadline(self) -> AsyncIterator[asyncio.Timeout]:
        """Raise TimeoutError when the client takes too long."""
        async with asyncio.timeout(CLIENT_TIMEOUT_SECONDS) as deadline:
            try:
                yield deadline
            finally:
                self.body_sizes.pop(deadline, None)

    def limit_memory(self, deadline: asyncio.Timeout, size: int) -> None:
        """Record the size of a body. If all are too large together, drop the largest that waits for its client."""
        if size <= PART_BYTES:
            return
        self.body_sizes[deadline] = size
        if sum(self.body_sizes.values()) > MEMORY_BYTES:
            waiting = [each for each in self.body_sizes if each.when() is not None and not each.expired()]
            max(waiting, key=self.body_sizes.__getitem__).reschedule(0)

    async def read_body(self, headers: dict[bytes, bytes], receive: Receive, deadline: asyncio.Timeout) -> Body:
        """Read the body. A body that is larger than the limit is not read to its end."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        declared = int(headers.get(b"content-length", 0))
        if declared > limit:
            return Body(declared, b"")
        content = bytearray()
        while len(content) <= limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise IncompleteBodyError
            content += message.get("body", b"")
            self.limit_memory(deadline, len(content))
            if not message.get("more_body"):
                return Body(len(content), content)
        return Body(len(content), b"")

    def run_wsgi_application(self, environ: Message) -> Response:
        """Call the WSGI application, in a thread."""
        started: list[Any] = []
        chunks = self.application(environ, lambda *arguments: started.extend(arguments))
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = int(started[0][:3]), [(name.lower(), value) for name, value in started[1]]
        if status in (204, 304):
            headers = [pair for pair in headers if pair[0] != "content-length"]
        elif not any(name == "content-length" for name, _ in headers):
            headers.append(("content-length", str(len(content))))
        return Response(status, [(name.encode(), value.encode("latin-1")) for name, value in headers], content)

    async def send_response(
        self, response: Response, send: Send, deadline: asyncio.Timeout, unread: Receive | None
    ) -> None:
        """Send a response. The unread rest of the request's body is discarded before the last part."""
        status, headers, content = response
        self.limit_memory(deadline, len(content))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        last = max(0, len(content) - 1) // PART_BYTES * PART_BYTES
        for start in range(0, last, PART_BYTES):
            part = content[start : start + PART_BYTES]
            await send({"type": "http.response.body", "body": part, "more_body": True})
            deadline.reschedule(asyncio.get_running_loop().time() + CLIENT_TIMEOUT_SECONDS)
        if unread:
            await discard_body(unread)
        await send({"type": "http.response.body", "body": content[last:]})


def build_error_response(*, timed_out: bool) -> Response:
    """Return the response to a request whose body did not arrive completely; Django has not seen it."""
    from todoproject.api.errors import error_body  # Imported late: it needs Django to be set up.
    from todoproject.api.exceptions import IncompleteBody, RequestTimeout

    error = RequestTimeout() if timed_out else IncompleteBody()
    content = json.dumps(error_body(error)).encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(content)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": settings.X_FRAME_OPTIONS,
        "referrer-policy": str(settings.SECURE_REFERRER_POLICY),
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Response(error.status_code, [*encoded, *CLOSE], content)


async def discard_body(receive: Receive) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while (await receive()).get("more_body"):
                pass


application = ThreadedApplication(wsgi_application)
