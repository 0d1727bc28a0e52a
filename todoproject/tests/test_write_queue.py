"""The queue of the writers of a SQLite file: its order, its time limit, and that a killed process frees it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction

from todoproject.sqlite.write_queue import WriteQueue, get_write_queue

pytestmark = pytest.mark.in_process("about the queue of writers in a process")

HOLD_THE_QUEUE = """
import sys, time
from todoproject.sqlite.write_queue import WriteQueue
turn = WriteQueue(sys.argv[1]).wait(5)
print("writing", flush=True)
time.sleep(float(sys.argv[2]))
turn.end()
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _skip_on_postgresql() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has the queue")


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "db.sqlite3")


@pytest.fixture
def writer_process(database: str) -> Iterator[subprocess.Popen[str]]:
    """Return a process that has the turn for a second."""
    command = [sys.executable, "-c", HOLD_THE_QUEUE, database, "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def wait_in_thread(queue: WriteQueue, name: str, order: list[str]) -> threading.Thread:
    """Start a thread that waits for its turn, and return once it waits."""

    def write() -> None:
        turn = queue.wait(10)
        assert turn is not None
        order.append(name)
        turn.end()

    thread = threading.Thread(target=write)
    count = len(queue.threads.waiting)
    thread.start()
    while len(queue.threads.waiting) == count:
        time.sleep(0.001)
    return thread


def test_threads_write_in_the_order_in_which_they_came(database: str) -> None:
    queue, order = WriteQueue(database), list[str]()
    turn = queue.wait(0)
    threads = [wait_in_thread(queue, name, order) for name in "abcdef"]
    assert turn is not None
    turn.end()
    for thread in threads:
        thread.join()
    assert order == list("abcdef")


def test_turn_that_does_not_come_in_time_is_none(database: str) -> None:
    queue = WriteQueue(database)
    turn = queue.wait(0)
    assert queue.wait(0.01) is None
    assert turn is not None
    turn.end()
    assert queue.wait(0) is not None


def test_writer_waits_for_one_of_another_process(database: str, writer_process: subprocess.Popen[str]) -> None:
    assert WriteQueue(database).wait(0.05) is None
    assert WriteQueue(database).wait(10) is not None
    assert writer_process.poll() is None


def test_turn_of_a_killed_process_ends(database: str, writer_process: subprocess.Popen[str]) -> None:
    threading.Timer(0.1, writer_process.kill).start()
    began = time.monotonic()
    assert WriteQueue(database).wait(10) is not None
    assert time.monotonic() - began < 0.9


def test_abandoned_wait_does_not_keep_the_turn(database: str, writer_process: subprocess.Popen[str]) -> None:
    assert WriteQueue(database).wait(0.05) is None
    time.sleep(1.2)  # The other process ends its turn, so the abandoned wait gets one.
    assert WriteQueue(database).wait(5) is not None


def test_two_processes_take_turns(database: str) -> None:
    """A process that writes all the time does not keep another one waiting."""
    ours, theirs = WriteQueue(database), WriteQueue(database)  # Each has its own locks, like a process.
    turn = ours.wait(0)
    order: list[str] = []

    def write() -> None:
        if their_turn := theirs.wait(10):
            order.append("theirs")
            their_turn.end()

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.2)
    for _ in range(3):
        assert turn is not None
        turn.end()
        turn = ours.wait(10)
        order.append("ours")
    thread.join()
    assert order == ["theirs", "ours", "ours", "ours"]


def test_without_file_locks_threads_still_queue(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    queue = WriteQueue(str(tmp_path / "missing" / "db.sqlite3"))
    turn = queue.wait(0)
    assert turn is not None
    assert queue.wait(0.01) is None
    turn.end()
    assert queue.wait(0) is not None
    assert len(caplog.messages) == 1
    assert "files cannot be locked" in caplog.text


def begin_transaction() -> None:
    with transaction.atomic():
        pass


def update_outside_a_transaction() -> None:
    Session.objects.filter(pk="none").update(session_data="")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [begin_transaction, update_outside_a_transaction])
def test_write_whose_turn_does_not_come_in_time_fails(
    write: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = get_write_queue(str(connection.settings_dict["NAME"])).wait(0)
    assert turn is not None
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
    with pytest.raises(OperationalError, match="locked for"):
        write()
    assert list(Session.objects.all()) == []  # Readers do not wait.
    turn.end()
    write()


def raise_an_error() -> None:
    raise ZeroDivisionError


def close_the_connection() -> None:
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [update_outside_a_transaction, raise_an_error, close_the_connection])
def test_turn_ends_with_the_transaction_whatever_ends_it(end: Callable[[], None]) -> None:
    queue = get_write_queue(str(connection.settings_dict["NAME"]))
    with suppress(ZeroDivisionError), transaction.atomic():
        assert queue.wait(0) is None
        end()
    turn = queue.wait(0)
    assert turn is not None
    turn.end()
