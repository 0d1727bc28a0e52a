"""The database backend: writers wait in a queue. Django finds this module by its name."""

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from todoproject.sqlite.write_queue import Turn, get_write_queue

WRITING_STATEMENTS = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a turn in the queue before each transaction, and before each writing statement outside of one.

    Transactions begin with BEGIN IMMEDIATE, so each of them is a writer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.turn: Turn | None = None
        self.execute_wrappers.append(self.take_turn_for_statement)

    def wait_for_turn(self) -> None:
        """Take a turn; raise OperationalError, as SQLite itself does, if that lasts longer than its busy timeout."""
        if self.turn is not None or self.is_in_memory_db():
            return
        seconds = self.settings_dict["OPTIONS"]["timeout"]
        self.turn = get_write_queue(str(self.settings_dict["NAME"])).wait(seconds)
        if self.turn is None:
            raise OperationalError(f"Other writers kept the database locked for {seconds} seconds.")

    def end_turn(self) -> None:
        if self.turn is not None:
            self.turn.end()
            self.turn = None

    def take_turn_for_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.in_atomic_block or not sql.lstrip()[:7].upper().startswith(WRITING_STATEMENTS):
            return execute(sql, params, many, context)
        self.wait_for_turn()
        try:
            return execute(sql, params, many, context)
        finally:
            self.end_turn()

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Begin a transaction if `autocommit` is false: that is what Django does then on SQLite."""
        if autocommit:
            super().set_autocommit(autocommit, *args, **kwargs)
            return
        self.wait_for_turn()
        try:
            super().set_autocommit(autocommit, *args, **kwargs)
        except BaseException:
            self.end_turn()
            raise

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self.end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.end_turn()
