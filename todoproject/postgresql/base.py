"""The database backend: idle connections are checked without a round trip. Django finds this module by its name."""

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks before each request whether the server has closed the connection, so that a restart causes no error.

    Django sends `SELECT 1`, which takes a fifth of the time of a short request.
    """

    def is_usable(self) -> bool:
        """Return whether the connection is open, not in a failed transaction, and silent.

        An idle server only sends something when it closes the connection.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        socket = poll()
        socket.register(self.connection.fileno(), POLLIN)
        return not socket.poll(0)
