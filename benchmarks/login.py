"""What a caller could learn from how long a login or a password reset takes, and what a login costs.

Calls of two kinds go to the real server one after the other, over one connection, in random order. Each row gives
the probability that one of the first kind takes longer than one of the second (the area under the ROC curve).
Mails go to a server that drops them, in a process of its own; each has time to be sent before the next call.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from benchmarks.serving import served

WARM_UP = 10  # pairs, which do not count
REST_SECONDS = 0.16  # what a mail takes until it is sent, its delay included, and some more
HASHES = 20

FORK = multiprocessing.get_context("fork")


class Comparison(NamedTuple):
    """Calls of `path` for the first address and for the second; with `then`, a call of that after each is timed."""

    title: str
    path: str
    addresses: tuple[str, str]
    fields: dict[str, str]
    status: int
    rest: float = 0.0
    then: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{stack.enter_context(mail_server())}"
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="login-")))
        server = stack.enter_context(served(folder, postgresql=options.postgresql))
        name = "PostgreSQL" if options.postgresql else "SQLite"
        print(f"{name}: {options.pairs:,} pairs; how likely the first is the slower one: 0.5 tells nothing,")
        print("0.4 to 0.6 is good")
        for comparison in comparisons(*accounts(server)):
            show(comparison.title, *measured(server, comparison, options.pairs))
        check_mails(options.pairs)
        show_cost(folder)


def accounts(server: Any) -> tuple[str, str, str]:
    """Return three addresses: of a user, of none, and of an inactive user."""
    from accounts.models import User
    from testing.server import PASSWORD

    known, unknown, inactive = (f"{uuid4().hex}@example.com" for _ in range(3))
    for email in (known, inactive):
        server.call("POST", "/auth/signup/", {"email": email, "password": PASSWORD})
    User.objects.filter(email=inactive).update(is_active=False)
    return known, unknown, inactive


def comparisons(known: str, unknown: str, inactive: str) -> list[Comparison]:
    wrong = {"password": "wrong horse battery"}
    login, reset = "/auth/login/", "/auth/password/reset/"
    return [
        Comparison("login: known, unknown", login, (known, unknown), wrong, 400),
        Comparison("login: known, inactive", login, (known, inactive), wrong, 400),
        Comparison("reset: known, unknown", reset, (known, unknown), {}, 202, REST_SECONDS),
        Comparison("call right after that", reset, (known, unknown), {}, 202, REST_SECONDS, "/health/"),
    ]


def measured(server: Any, comparison: Comparison, pairs: int) -> tuple[list[float], list[float]]:
    """Return how many seconds the calls took, of the first kind and of the second."""
    took: tuple[list[float], list[float]] = ([], [])
    for count in (WARM_UP, pairs):
        took = ([], [])
        http = HTTPConnection("127.0.0.1", server.port, timeout=60)
        for kind in shuffled(count):
            took[kind].append(timed(http, comparison, comparison.addresses[kind]))
            time.sleep(comparison.rest)
        http.close()
    return took


def shuffled(pairs: int) -> list[int]:
    """As many 0 as 1, in any order: what is left over from a call falls on both kinds alike."""
    kinds = [0, 1] * pairs
    random.shuffle(kinds)
    return kinds


def timed(http: HTTPConnection, comparison: Comparison, email: str) -> float:
    body = json.dumps({"email": email, **comparison.fields})
    seconds = exchanged(http, "POST", comparison.path, body, comparison.status)
    return exchanged(http, "GET", comparison.then, None, 200) if comparison.then else seconds


def exchanged(http: HTTPConnection, method: str, path: str, body: str | None, status: int) -> float:
    """Send a request and read its answer; return how many seconds that took."""
    began = time.perf_counter()
    http.request(method, path, body, {"Content-Type": "application/json"})
    response = http.getresponse()
    answer = response.read()
    seconds = time.perf_counter() - began
    if response.status != status:
        sys.exit(f"{method} {path} was answered with {response.status}: {answer.decode()}")
    return seconds


def probability(first: list[float], second: list[float]) -> float:
    """Return how likely one of the first is the greater one; of equal ones half count."""
    ordered = sorted(second)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in first) / 2
    return below / (len(first) * len(second))


def show(title: str, first: list[float], second: list[float]) -> None:
    medians = ", ".join(f"{1000 * statistics.median(took):6.2f}" for took in (first, second))
    print(f"  {title:22} {probability(first, second):.3f}   medians {medians} ms", flush=True)


def show_cost(folder: Path) -> None:
    from testing.memory import MEGABYTE, measure_login_memory

    print(f"  a password's hash      {1000 * hash_seconds():.1f} ms of the processor, median of {HASHES}")
    megabytes = measure_login_memory(folder) / MEGABYTE
    print(f"  a login                {megabytes:.1f} MB of memory at its peak; below 40 is good")


def hash_seconds() -> float:
    from accounts.passwords import Argon2idHasher

    hasher, took = Argon2idHasher(), []
    for _ in range(HASHES):
        began = time.process_time()
        hasher.encode("correct horse battery", hasher.salt())
        took.append(time.process_time() - began)
    return statistics.median(took)


class Dropped(StreamRequestHandler):
    """Takes mails by SMTP, counts them, and drops them."""

    count = FORK.Value("i", 0)

    def handle(self) -> None:
        self.wfile.write(b"220 Ready\r\n")
        while (command := self.rfile.readline().strip().upper()) not in {b"", b"QUIT"}:
            if command == b"DATA":
                self.wfile.write(b"354 Go on\r\n")
                while self.rfile.readline() not in {b"", b".\r\n"}:
                    pass
                with self.count.get_lock():
                    self.count.value += 1
            self.wfile.write(b"250 OK\r\n")
        self.wfile.write(b"221 Bye\r\n")


@contextmanager
def mail_server() -> Iterator[int]:
    """Run one in a process of its own, whose work is none of the caller's; yield its port."""
    with ThreadingTCPServer(("127.0.0.1", 0), Dropped) as server:
        process = FORK.Process(target=server.serve_forever, daemon=True)
        process.start()
        yield server.server_address[1]
        process.terminate()
        process.join()


def check_mails(pairs: int) -> None:
    """A mail that was not sent took no time either: then the comparison is worth nothing."""
    expected, deadline = 2 * (pairs + WARM_UP), time.monotonic() + 30
    while Dropped.count.value < expected and time.monotonic() < deadline:
        time.sleep(REST_SECONDS)
    if Dropped.count.value != expected:
        sys.exit(f"{Dropped.count.value:,} mails were sent of {expected:,}.")


if __name__ == "__main__":
    main()
