"""A worker in whose threads no client can dawdle: a request is read whole before a thread takes it."""

import re
import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# How long a client may take to send a request, and is listened to after a refusal, in seconds; and how long a
# thread may be at a request, until the client has taken the answer: more than a write waits for its turn on SQLite.
REQUEST_SECONDS = 30
LINGER_SECONDS = 5
ANSWER_SECONDS = 30

# A longer body is refused by the application (settings.DATA_UPLOAD_MAX_MEMORY_SIZE), a longer head here.
BODY_BYTES = 2_621_440
HEAD_BYTES = 65_536
# What all requests that are not whole yet may take in memory; beyond it the largest is dropped.
BUFFER_BYTES = 134_217_728
READ_BYTES = 65_536

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:[^\r]*", re.IGNORECASE)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def awaited(data: bytes | bytearray) -> int | None:
    """Return how many bytes of the request are still to come: at least 1 while the head is not whole.

    None where the application refuses the body unread: it is too large, or of unsaid length. This only
    decides when a thread takes a request; what the bytes mean is for gunicorn's parser.
    """
    end = data.find(HEAD_END)
    if end < 0:
        return 1
    head = bytes(data[: end + 2])
    length = CONTENT_LENGTH.search(head)
    body = int(length[1][:12]) if length else 0  # Cut: Python reads no number of thousands of digits.
    if body > BODY_BYTES or CHUNKED.search(head):
        return None
    return max(0, end + len(HEAD_END) + body - len(data))


class Connection(TConn):
    """A connection, and what has come over it of the next request."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.received = bytearray()
        self.refused = False

    def init(self) -> None:
        super().init()
        self.parser.unreader.unread(bytes(self.received))
        self.received.clear()

    def close(self, graceful: bool = False) -> None:
        """Close at once. The original lingers for 2 seconds in the event loop, which would hold up everybody."""
        super().close()


class BufferingWorker(ThreadWorker):
    """gunicorn's thread worker, with the reading of requests done in its event loop. It speaks plain HTTP only.

    The original hands a new connection to a thread at once, which waits 5 seconds for the first byte and
    without limit for the rest of the header: a few silent clients stop all threads.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.working: set[Connection] = set()

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.watch(Connection(self.cfg, client, address, listener.getsockname()), self.receive, REQUEST_SECONDS)

    def watch(self, conn: Connection, callback: Any, seconds: float) -> None:
        """Have the event loop call back when something comes, for some seconds."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(callback, conn))

    def unwatch(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def drop(self, conn: Connection) -> None:
        self.unwatch(conn)
        self.nr_conns -= 1
        conn.close()

    def read(self, conn: Connection) -> bytes:
        """Return what has come; a connection that ended is dropped."""
        if conn not in self.pending_conns:
            return b""  # Dropped since the poller answered.
        try:
            data = conn.sock.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.drop(conn)
        return data

    def receive(self, conn: Connection, client: socket.socket) -> None:
        data = self.read(conn)
        if not data:
            return
        conn.received += data
        if len(conn.received) > READ_BYTES:
            self.bound_memory()
        if conn in self.pending_conns:
            self.consider(conn)

    def bound_memory(self) -> None:
        if sum(len(conn.received) for conn in self.pending_conns) > BUFFER_BYTES:
            self.drop(max(self.pending_conns, key=lambda conn: len(conn.received)))

    def consider(self, conn: Connection) -> None:
        """Hand a watched connection on if its request is whole, or is refused anyway."""
        missing = awaited(conn.received)
        if missing and HEAD_END not in conn.received:
            if len(conn.received) > HEAD_BYTES:
                self.unwatch(conn)
                with suppress(OSError):
                    conn.sock.send(HEAD_TOO_LARGE)
                self.linger(conn)
            return
        if expect := EXPECT.search(conn.received, 0, conn.received.find(HEAD_END) + 2):
            del conn.received[expect.start() : expect.end()]
            if missing:
                with suppress(OSError):
                    conn.sock.send(CONTINUE)
            missing = awaited(conn.received)
        if not missing:
            self.unwatch(conn)
            conn.refused = missing is None
            conn.data_ready = True
            super().enqueue_req(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """A next request that came along with the last one is no more taken in part than a first one."""
        conn.received += conn.parser.unreader.take_buffered()
        self.watch(conn, self.receive, REQUEST_SECONDS)
        self.consider(conn)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a kept-alive connection is read here as well."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.watch(conn, self.receive, REQUEST_SECONDS)
        self.receive(conn, client)

    def handle(self, conn: Connection) -> Any:
        conn.timeout = time.monotonic() + ANSWER_SECONDS
        self.working.add(conn)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        if conn.refused:
            req.force_close()
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """A body that was refused is not read in the thread, as the original would to keep the connection."""
        return not conn.refused and super()._keepalive_after(conn, keepalive)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        self.working.discard(conn)
        if conn.refused:
            self.linger(conn)
        else:
            super().finish_request(conn, fs)

    def linger(self, conn: Connection) -> None:
        """Listen on, discarding, until the client has read the refusal: closing now could take it away from them."""
        with suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self.watch(conn, self.discard, LINGER_SECONDS)

    def discard(self, conn: Connection, client: socket.socket) -> None:
        self.read(conn)

    def murder_pending(self) -> None:
        """Close what took too long; at the stop, at once what sent nothing.

        A thread that sends to a client who does not read is woken by the shutdown of its socket.
        """
        now = time.monotonic()
        for conn in list(self.working):
            if conn.timeout <= now:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
        for conn in list(self.pending_conns):
            if conn.timeout <= now or not (self.alive or conn.received):
                self.drop(conn)
