"""Reads an HTTP request as API Gateway does: the target, the body, and the headers that it passes on."""

from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase
from urllib.parse import quote
from uuid import uuid4

MAX_BODY_BYTES = 10_000_000  # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
PIECE_BYTES = 1 << 20
PRINTABLE = "".join(map(chr, range(33, 127)))
REPLACED_HEADERS = {"connection", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"}


class BodyTooLargeError(Exception):
    """Raised for a body over 10 MB. It has been read to the end, so that the connection can be reused."""


def encode_target(request_line: str) -> str:
    """Return the path and query as sent, but percent-encode the bytes that a URL must not contain."""
    target = quote(request_line.split()[1].encode("latin-1"), safe=PRINTABLE)
    if "://" in target.partition("?")[0] and not target.startswith("/"):
        return "/" + target.split("://", 1)[1].partition("/")[2]
    return target


def is_chunked(headers: Message) -> bool:
    return headers.get("Transfer-Encoding", "").strip().lower() == "chunked"


def read_body(stream: BufferedIOBase, headers: Message) -> bytes:
    """Return the body; raise ValueError if its length is invalid, BodyTooLargeError if it exceeds 10 MB."""
    if is_chunked(headers):
        pieces = read_chunks(stream)
    else:
        pieces = read_pieces(stream, parse_content_length(headers.get_all("Content-Length", [])))
    body_pieces, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size <= MAX_BODY_BYTES:
            body_pieces.append(piece)
    if size > MAX_BODY_BYTES:
        raise BodyTooLargeError
    return b"".join(body_pieces)


def read_pieces(stream: BufferedIOBase, length: int) -> Iterator[bytes]:
    while length:
        piece = stream.read(min(length, PIECE_BYTES))
        if not piece:
            raise ConnectionError("The client closed the connection before the end of the body.")
        length -= len(piece)
        yield piece


def read_chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    while size := int(stream.readline(1000).split(b";")[0], 16):
        yield from read_pieces(stream, size)
        stream.readline(3)
    while stream.readline(1000).strip():
        pass


def parse_content_length(values: list[str]) -> int:
    """Return the length that all Content-Length headers agree on, 0 if there are none."""
    if len(set(values)) > 1 or not all(value.isascii() and value.isdigit() for value in values):
        raise ValueError(values)
    return int(values[0]) if values else 0


def forwarded_headers(headers: Message, *, peer: str, port: int, scheme: str, length: int) -> list[tuple[str, str]]:
    """Return the headers for the function: decoded as UTF-8, without connection headers, with a proxy's X- headers."""
    sent = [(name, value.encode("latin-1").decode(errors="replace")) for name, value in headers.items()]
    earlier_hops = [value for name, value in sent if name.lower() == "x-forwarded-for"]
    replaced = REPLACED_HEADERS | ({"content-length", "transfer-encoding"} if is_chunked(headers) else set())
    return [
        *(pair for pair in sent if pair[0].lower() not in replaced),
        *([("Content-Length", str(length))] if is_chunked(headers) else []),
        ("X-Amzn-Trace-Id", f"Root=1-{uuid4().hex[:8]}-{uuid4().hex[:24]}"),
        ("X-Forwarded-For", ", ".join([*earlier_hops, peer])),
        ("X-Forwarded-Port", "443" if scheme == "https" else str(port)),
        ("X-Forwarded-Proto", scheme),
    ]
