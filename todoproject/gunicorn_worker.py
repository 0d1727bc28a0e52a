"""A worker in whose threads no client can dawdle: a request is read whole before a thread takes it."""

import re
import socket
import struct
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# How long a client may take to send a request, and a thread at most waits for one socket, in seconds.
REQUEST_SECONDS = 30
SOCKET_SECONDS = 10

# What is kept waiting for the rest of a request: Django's limit for a body (settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
# and gunicorn's for the header fields. What is longer is passed on as it is, and refused without being read.
BODY_BYTES = 2_621_440
HEAD_BYTES = 65_536
READ_BYTES = 65_536

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)


def is_whole(data: bytes | bytearray) -> bool:
    """Whether a thread can answer what has come so far without waiting for more.

    This only decides when a thread takes a request; what the bytes mean is for gunicorn's parser.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return len(data) > HEAD_BYTES
    head = bytes(data[: end + 2])
    length = CONTENT_LENGTH.search(head)
    if not length or b"\r\nexpect:" in head.lower() or int(length[1]) > BODY_BYTES:
        return True
    return len(data) >= end + 4 + int(length[1])


class Connection(TConn):
    """A connection and what has come over it so far."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.received = bytearray()

    def init(self) -> None:
        super().init()
        self.parser.unreader.unread(bytes(self.received))
        self.received.clear()

    def close(self, graceful: bool = False) -> None:
        """Close at once. The original lingers for 2 seconds in the event loop, which would hold up everybody;
        there is nothing to linger for, as the request was read whole, or drained by the thread.
        """
        super().close()


class BufferingWorker(ThreadWorker):
    """gunicorn's thread worker, with the reading of requests done in its event loop.

    The original hands a new connection to a thread at once, which waits 5 seconds for the first byte and
    without limit for the rest of the header: a few silent clients stop all threads.
    """

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        # Kernel time-outs bind where a thread waits after all: for a body after `Expect`, for a slow reader.
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SOCKET_SECONDS, 0))
        self.wait_for_request(Connection(self.cfg, client, address, listener.getsockname()))

    def wait_for_request(self, conn: Connection) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.receive, conn))

    def receive(self, conn: Connection, client: socket.socket) -> None:
        try:
            data = client.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.received += data
        if data and not is_whole(conn.received):
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        conn.data_ready = True
        super().enqueue_req(conn)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """The next request on a kept-alive connection is read here as well."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.wait_for_request(conn)

    def enqueue_req(self, conn: Connection) -> None:
        """A next request that came along with the last one is no more taken in part than a first one."""
        conn.received += conn.parser.unreader.take_buffered()
        if is_whole(conn.received):
            super().enqueue_req(conn)
        else:
            self.wait_for_request(conn)
