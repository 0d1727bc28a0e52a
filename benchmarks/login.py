"""Measures whether the time of a login or password reset reveals accounts, and the cost of a login.

Calls of two kinds are sent to the real server over one connection, in random order. Each row shows the probability that
a call of the first kind takes longer than one of the second (the area under the ROC curve). Mails go to a server in
another process, which drops them; each mail is sent before the next call.
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

from benchmarks.serving import serve

WARM_UP_PAIRS = 10  # not measured
PAUSE_SECONDS = 0.16  # longer than sending a mail takes, including its random delay
HASHES = 20

FORK = multiprocessing.get_context("fork")


class Comparison(NamedTuple):
    """Two kinds of calls of `path`, each with its address. With `then`, a call of that path after each is timed."""

    title: str
    path: str
    addresses: tuple[str, str]
    fields: dict[str, str]
    status: int
    pause: float = 0.0
    then: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--postgresql", action="store_true", help="use a new PostgreSQL server instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{stack.enter_context(mail_server())}"
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="login-")))
        server = stack.enter_context(serve(folder, postgresql=options.postgresql))
        name = "PostgreSQL" if options.postgresql else "SQLite"
        print(f"{name}: {options.pairs:,} pairs; the probability that the first is slower: 0.5 reveals nothing,")
        print("0.4 to 0.6 is good")
        for comparison in list_comparisons(*make_accounts(server)):
            print_comparison(comparison.title, *measure(server, comparison, options.pairs))
        check_mails(options.pairs)
        print_cost(folder)


def make_accounts(server: Any) -> tuple[str, str, str]:
    """Return the addresses of an active account, of no account, and of an inactive account."""
    from accounts.models import User
    from testing.passwords import PASSWORD

    known, unknown, inactive = (f"{uuid4().hex}@example.com" for _ in range(3))
    for email in (known, inactive):
        server.call("POST", "/auth/signup/", {"email": email, "password": PASSWORD})
    User.objects.filter(email=inactive).update(is_active=False)
    return known, unknown, inactive


def list_comparisons(known: str, unknown: str, inactive: str) -> list[Comparison]:
    wrong = {"password": "wrong horse battery"}
    login, reset = "/auth/login/", "/auth/password/reset/"
    return [
        Comparison("login: known, unknown", login, (known, unknown), wrong, 400),
        Comparison("login: known, inactive", login, (known, inactive), wrong, 400),
        Comparison("reset: known, unknown", reset, (known, unknown), {}, 202, PAUSE_SECONDS),
        Comparison("call right after that", reset, (known, unknown), {}, 202, PAUSE_SECONDS, "/health/"),
    ]


def measure(server: Any, comparison: Comparison, pairs: int) -> tuple[list[float], list[float]]:
    """Return how many seconds each call of the first kind took, and each of the second."""
    durations: tuple[list[float], list[float]] = ([], [])
    for count in (WARM_UP_PAIRS, pairs):
        durations = ([], [])
        http = HTTPConnection("127.0.0.1", server.port, timeout=60)
        for kind in shuffled_kinds(count):
            durations[kind].append(time_call(http, comparison, comparison.addresses[kind]))
            time.sleep(comparison.pause)
        http.close()
    return durations


def shuffled_kinds(pairs: int) -> list[int]:
    """Return as many 0 as 1, in random order, so that after-effects of calls affect both kinds equally."""
    kinds = [0, 1] * pairs
    random.shuffle(kinds)
    return kinds


def time_call(http: HTTPConnection, comparison: Comparison, email: str) -> float:
    body = json.dumps({"email": email, **comparison.fields})
    seconds = time_request(http, "POST", comparison.path, body, comparison.status)
    return time_request(http, "GET", comparison.then, None, 200) if comparison.then else seconds


def time_request(http: HTTPConnection, method: str, path: str, body: str | None, status: int) -> float:
    """Send a request and read the response; return how many seconds that took."""
    began = time.perf_counter()
    http.request(method, path, body, {"Content-Type": "application/json"})
    response = http.getresponse()
    content = response.read()
    seconds = time.perf_counter() - began
    if response.status != status:
        sys.exit(f"{method} {path} returned {response.status}: {content.decode()}")
    return seconds


def probability_of_slower(first: list[float], second: list[float]) -> float:
    """Return the probability that one of the first is greater than one of the second; equal ones count half."""
    ordered = sorted(second)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in first) / 2
    return below / (len(first) * len(second))


def print_comparison(title: str, first: list[float], second: list[float]) -> None:
    medians = ", ".join(f"{1000 * statistics.median(durations):6.2f}" for durations in (first, second))
    print(f"  {title:24} {probability_of_slower(first, second):.3f}   medians {medians} ms", flush=True)


def print_cost(folder: Path) -> None:
    from testing.memory import MEGABYTE, measure_login_memory

    megabytes = measure_login_memory(folder) / MEGABYTE
    print(f"  hashing a password       {1000 * measure_hash_seconds():.1f} ms of CPU time, median of {HASHES}")
    print(f"  one login                {megabytes:.1f} MB of peak memory; below 40 is good")


def measure_hash_seconds() -> float:
    from accounts.passwords import Argon2idHasher

    hasher, durations = Argon2idHasher(), []
    for _ in range(HASHES):
        began = time.process_time()
        hasher.encode("correct horse battery", hasher.salt())
        durations.append(time.process_time() - began)
    return statistics.median(durations)


class MailSink(StreamRequestHandler):
    """Accepts mails by SMTP, counts them and drops them."""

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
    """Run a mail server in another process, so that its work is not measured; yield its port."""
    with ThreadingTCPServer(("127.0.0.1", 0), MailSink) as server:
        process = FORK.Process(target=server.serve_forever, daemon=True)
        process.start()
        yield server.server_address[1]
        process.terminate()
        process.join()


def check_mails(pairs: int) -> None:
    """Exit if a mail was not sent: the comparison would then not include the time of sending."""
    expected, deadline = 2 * (pairs + WARM_UP_PAIRS), time.monotonic() + 30
    while MailSink.count.value < expected and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    if MailSink.count.value != expected:
        sys.exit(f"{MailSink.count.value:,} of {expected:,} mails were sent.")


if __name__ == "__main__":
    main()
