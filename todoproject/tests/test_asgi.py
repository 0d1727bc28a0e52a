"""How the ASGI application reads bodies: whole before a thread runs Django, within limits of time and memory."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from todoproject.serving import asgi
from todoproject.serving.asgi import ThreadedApplication

pytestmark = pytest.mark.in_process("about the ASGI application, which Lambda does not use")

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "raw_path": b"/%C3%A4%ff",
    "query_string": b"a=%20",
    "headers": [
        (b"host", b"localhost"),
        (b"transfer-encoding", b"chunked"),
        (b"x-forwarded-for", b"1.1.1.1"),
        (b"x_forwarded_for", b"2.2.2.2"),
    ],
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.1", 1234),
}


class RecordingApplication:
    """A WSGI application that records each environ and body, and returns a response of a given length."""

    def __init__(self, length: int = 2) -> None:
        self.length = length
        self.calls: list[tuple[dict[str, Any], bytes]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls.append((environ, environ["wsgi.input"].read()))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * self.length]


async def request(application: ThreadedApplication, parts: Iterable[bytes], *, ends: bool = True) -> list[Any]:
    """Send one request, its body in parts, and return what was sent back; without an end the client falls silent."""
    sent: list[Any] = []

    async def messages() -> AsyncIterator[dict[str, Any]]:
        for part in parts:
            yield {"type": "http.request", "body": part, "more_body": True}
        if not ends:
            await asyncio.sleep(60)
        yield {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(SCOPE, messages().__anext__, send)
    return sent


def test_application_is_called_with_the_whole_body() -> None:
    recorder = RecordingApplication()
    sent = asyncio.run(request(ThreadedApplication(recorder), [b"ab", b"cd"]))
    [(environ, body)] = recorder.calls
    assert (sent[0]["status"], sent[1]["body"], body) == (200, b"xx", b"abcd")
    assert (b"content-length", b"2") in sent[0]["headers"]
    assert (environ["CONTENT_LENGTH"], environ["QUERY_STRING"]) == ("4", "a=%20")
    assert environ["PATH_INFO"] == "/\xc3\xa4\xff"


def test_header_with_an_underscore_does_not_pass_for_another() -> None:
    recorder = RecordingApplication()
    asyncio.run(request(ThreadedApplication(recorder), []))
    assert recorder.calls[0][0]["HTTP_X_FORWARDED_FOR"] == "1.1.1.1"


def test_half_a_body_is_408_and_the_application_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "CLIENT_TIMEOUT_SECONDS", 0.05)
    recorder = RecordingApplication()
    sent = asyncio.run(request(ThreadedApplication(recorder), [b"{"], ends=False))
    assert (sent[0]["status"], recorder.calls) == (408, [])
    headers = dict(sent[0]["headers"])
    assert (headers[b"x-content-type-options"], headers[b"x-frame-options"]) == (b"nosniff", b"DENY")
    assert (headers[b"referrer-policy"], headers[b"cache-control"]) == (b"same-origin", b"no-store")


def test_above_the_memory_limit_the_largest_body_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "MEMORY_BYTES", 1_000_000)
    application = ThreadedApplication(RecordingApplication())

    async def statuses() -> list[int]:
        large = asyncio.create_task(request(application, [b"x" * 800_000], ends=False))
        await asyncio.sleep(0.01)
        small = await request(application, [b"x" * 300_000])
        return [(await large)[0]["status"], small[0]["status"]]

    assert asyncio.run(statuses()) == [408, 200]
    assert application.body_sizes == {}


def test_client_that_does_not_take_the_response_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "CLIENT_TIMEOUT_SECONDS", 0.05)
    application = ThreadedApplication(RecordingApplication(length=1_000_000))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(60 if "body" in message else 0)

    asyncio.run(asyncio.wait_for(application(SCOPE, receive, send), 5))
    assert application.body_sizes == {}
