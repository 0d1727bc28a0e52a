"""A queue of the writers of one SQLite file, across threads and processes.

SQLite lets one connection write at a time. The others look again and again whether it has finished, with growing
pauses, so under load some of them wait for a second while others go first. Here they wait in line instead. SQLite's own
lock is still taken: where the queue cannot work, or for another program, all is as without it.
"""

import fcntl
import logging
import os
import time
from collections import deque
from contextlib import suppress
from functools import cache
from threading import Event, Lock, Thread

logger = logging.getLogger(__name__)


class ThreadQueue:
    """A lock that threads get in the order in which they ask for it."""

    def __init__(self) -> None:
        self.mutex = Lock()
        self.is_taken = False
        self.waiting: deque[Event] = deque()

    def acquire(self, seconds: float) -> bool:
        with self.mutex:
            if not self.is_taken:
                self.is_taken = True
                return True
            our_turn = Event()
            self.waiting.append(our_turn)
        if our_turn.wait(seconds):
            return True
        with self.mutex:
            if our_turn.is_set():  # in the last moment
                return True
            self.waiting.remove(our_turn)
            return False

    def release(self) -> None:
        with self.mutex:
            if self.waiting:
                self.waiting.popleft().set()
            else:
                self.is_taken = False


class FileLocks:
    """Two locked files, which only one process has at a time; the system unlocks them when the process ends.

    The process that is next in line has `<database>-next-writer` while it waits for `<database>-writer`. Without the
    first, a process that has just finished could take the second again before a waiting one wakes up.
    """

    def __init__(self, database: str) -> None:
        self.next_path, self.path = f"{database}-next-writer", f"{database}-writer"

    def lock(self, *, blocking: bool) -> int:
        """Return the descriptor for `unlock`. Raises BlockingIOError, without `blocking`, if the files are locked."""
        next_in_line = open_and_lock(self.next_path, blocking=blocking)
        try:
            return open_and_lock(self.path, blocking=blocking)
        finally:
            unlock(next_in_line)

    def lock_within(self, seconds: float) -> int | None:
        """Return the descriptor for `unlock`, or None if waiting takes longer."""
        try:
            return self.lock(blocking=False)
        except BlockingIOError:
            return WaitingLock(self).wait(seconds)


def open_and_lock(path: str, *, blocking: bool) -> int:
    """Return a new descriptor of the locked file: a lock belongs to its descriptor, so each writer has its own."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if blocking else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def unlock(descriptor: int) -> None:
    """Unlock a file. Closing would not be enough if a forked process has a copy of the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


class WaitingLock:
    """Waits for locked files in a thread, because `flock` has no time limit."""

    def __init__(self, locks: FileLocks) -> None:
        self.mutex = Lock()
        self.is_locked = Event()
        self.is_abandoned = False
        self.descriptor: int | None = None
        Thread(target=self.run, args=(locks,), daemon=True, name="write-queue").start()

    def run(self, locks: FileLocks) -> None:
        with suppress(OSError):  # Then the wait ends at its time limit.
            descriptor = locks.lock(blocking=True)
            with self.mutex:
                self.descriptor = descriptor
                self.is_locked.set()
                if self.is_abandoned:
                    unlock(descriptor)

    def wait(self, seconds: float) -> int | None:
        self.is_locked.wait(seconds)
        with self.mutex:
            self.is_abandoned = not self.is_locked.is_set()
            return self.descriptor


class Turn:
    """The permission to write, until `end` is called."""

    def __init__(self, threads: ThreadQueue, descriptor: int | None) -> None:
        self.threads = threads
        self.descriptor = descriptor

    def end(self) -> None:
        if self.descriptor is not None:
            unlock(self.descriptor)
        self.threads.release()


class WriteQueue:
    """The queue of one SQLite file. It works between threads even where files cannot be locked."""

    def __init__(self, database: str) -> None:
        self.threads = ThreadQueue()
        self.locks: FileLocks | None = FileLocks(database)

    def wait(self, seconds: float) -> Turn | None:
        """Return a turn when all earlier writers have ended theirs, or None if that takes longer."""
        deadline = time.monotonic() + seconds
        if not self.threads.acquire(seconds):
            return None
        if self.locks is None:
            return Turn(self.threads, None)
        try:
            descriptor = self.locks.lock_within(deadline - time.monotonic())
        except OSError as error:
            logger.warning("Writers of several processes do not queue, because files cannot be locked: %s", error)
            self.locks = None
            return Turn(self.threads, None)
        except BaseException:
            self.threads.release()
            raise
        if descriptor is None:
            self.threads.release()
            return None
        return Turn(self.threads, descriptor)


@cache
def get_write_queue(database: str) -> WriteQueue:
    return WriteQueue(database)


# A forked process has none of the threads that could release a lock of this one.
os.register_at_fork(after_in_child=get_write_queue.cache_clear)
