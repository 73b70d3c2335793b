"""The database: SQLAlchemy's plain engine and session, in threads.

A function that runs there gets a session and returns values; no row and no session comes out of its thread.
"""

import datetime as dt
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import trio
from sqlalchemy import DateTime, ForeignKey, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

T = TypeVar("T")

new_session = sessionmaker()
THREADS = trio.CapacityLimiter(5)
"""SQLAlchemy's pool has as many connections; more threads would only wait there."""


class Base(DeclarativeBase): ...


class UserRow(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]


class LoginRow(Base):
    __tablename__ = "logins"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    user: Mapped[UserRow] = relationship()


class IssueRow(Base):
    __tablename__ = "issues"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open", index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[UserRow] = relationship(foreign_keys=author_id)
    assignee: Mapped[UserRow | None] = relationship(foreign_keys=assignee_id)
    comments: Mapped[list["CommentRow"]] = relationship(cascade="all, delete-orphan", back_populates="issue")


class CommentRow(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(
        DateTime, default=lambda: dt.datetime.now(dt.UTC).replace(tzinfo=None)
    )
    author: Mapped[UserRow] = relationship()
    issue: Mapped[IssueRow] = relationship(back_populates="comments")


def open_database(url: str) -> None:
    """Use the database at that URL, and make the tables that it does not have."""
    engine = create_engine(url, pool_size=5)
    event.listen(engine, "connect", _prepare)
    Base.metadata.create_all(engine)
    new_session.configure(bind=engine)


async def transaction(work: Callable[[Session], T]) -> T:
    """Do some work in a thread, in a transaction of its own: it commits, or raises and has changed nothing."""

    def whole() -> T:
        with new_session.begin() as session:
            return work(session)

    return await trio.to_thread.run_sync(whole, limiter=THREADS)


def _prepare(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")  # who reads does not wait for who writes
