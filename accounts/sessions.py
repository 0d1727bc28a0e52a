"""Browser sessions, in the database; settings.SESSION_ENGINE names this module."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Refuses malformed session keys before the database sees them: PostgreSQL raises an error for a NUL."""

    def _validate_session_key(self, key: Any) -> bool:
        return super()._validate_session_key(key) and key.isascii() and key.isalnum() and len(key) <= 40  # type: ignore[misc]
