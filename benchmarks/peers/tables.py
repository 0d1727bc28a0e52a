"""The SQLAlchemy models of the peers FastAPI and Flask, mapped to the tables of the Django peers."""

import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """A date-time in UTC. SQLite has no time zones: it stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "auth_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    username: Mapped[str] = mapped_column(String(150))
    password: Mapped[str] = mapped_column(String(128))
    is_active: Mapped[bool]


class Todo(Base):
    __tablename__ = "django_peer_todo"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("auth_user.id"), index=True)
    title: Mapped[str] = mapped_column(String(128))
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(9), default="open")
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(
        UTCDateTime, default=lambda: datetime.now(UTC), onupdate=lambda: datetime.now(UTC)
    )
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    owner: Mapped[User] = relationship(lazy="raise")

    @property
    def created_by(self) -> str:
        return self.owner.email


def database_url(*, asynchronous: bool) -> str:
    """Return SQLAlchemy's form of DATABASE_URL."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite:"):
        return url.replace("sqlite:", "sqlite+aiosqlite:" if asynchronous else "sqlite:", 1)
    return url.replace("postgresql:", "postgresql+asyncpg:" if asynchronous else "postgresql+psycopg:", 1)


@event.listens_for(Engine, "connect")
def set_pragmas(connection: Any, record: Any) -> None:
    """Use the same journal mode and synchronous setting as the other peers, as SQLAlchemy's documentation shows it."""
    if "sqlite" in type(connection).__module__:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.close()
