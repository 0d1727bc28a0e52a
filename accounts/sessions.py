"""Browser sessions, in the database."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """A key that cannot be ours is no key: a cookie may carry NUL, which PostgreSQL refuses to look up."""

    def _validate_session_key(self, key: Any) -> bool:
        return super()._validate_session_key(key) and key.isascii() and key.isalnum() and len(key) <= 40  # type: ignore[misc]
