"""What was asked and answered: in SQLite, in threads, each visitor's own."""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import trio

from actorlive import Message, pubsub

PATH = Path(os.environ.get("LLM_HISTORY", Path(tempfile.gettempdir()) / "actorlive-llm.sqlite3"))
MOST_CHATS = 30
"""Chats of one visitor; the oldest gives way."""

T = TypeVar("T")
Who = Literal["visitor", "model"]

TABLES = """
CREATE TABLE IF NOT EXISTS chats (
  id INTEGER PRIMARY KEY AUTOINCREMENT, visitor TEXT NOT NULL, title TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chats_of ON chats (visitor, id);
CREATE TABLE IF NOT EXISTS turns (
  id INTEGER PRIMARY KEY AUTOINCREMENT, chat INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
  who TEXT NOT NULL, text TEXT NOT NULL, note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_of ON turns (chat, id);
"""


@dataclass(frozen=True)
class Chat:
    id: int
    title: str


@dataclass(frozen=True)
class Turn:
    """Something that was said; `note` says how an answer ended that is not whole."""

    id: int
    who: Who
    text: str
    note: str = ""


class ChatsChanged(Message, name="llm.chats_changed"):
    """Sent to `topic(visitor)`: a chat has begun, or has gone."""


def topic(visitor: str) -> str:
    """Where a visitor's pages hear of one another."""
    return f"llm:{visitor}"


async def chats(visitor: str) -> list[Chat]:
    """A visitor's chats, the newest first."""
    return await _run(lambda db: [Chat(*row) for row in db.execute(_CHATS, (visitor,))])


async def find(visitor: str, id: int) -> tuple[Chat, list[Turn]] | None:
    """A chat and what was said in it. None when there is none of that number, or it is somebody else's."""

    def look(db: sqlite3.Connection) -> tuple[Chat, list[Turn]] | None:
        row = db.execute("SELECT id, title FROM chats WHERE id = ? AND visitor = ?", (id, visitor)).fetchone()
        said = db.execute("SELECT id, who, text, note FROM turns WHERE chat = ? ORDER BY id", (id,))
        return (Chat(*row), [Turn(*turn) for turn in said]) if row else None

    return await _run(look)


async def begin(visitor: str, title: str) -> Chat:
    """A new chat."""

    def work(db: sqlite3.Connection) -> Chat:
        cursor = db.execute("INSERT INTO chats (visitor, title) VALUES (?, ?)", (visitor, title))
        db.execute(
            "DELETE FROM chats WHERE visitor = ? AND id NOT IN"
            " (SELECT id FROM chats WHERE visitor = ? ORDER BY id DESC LIMIT ?)",
            (visitor, visitor, MOST_CHATS),
        )
        return Chat(cursor.lastrowid or 0, title)

    chat = await _run(work)
    pubsub.broadcast(topic(visitor), ChatsChanged())
    return chat


async def say(chat: Chat, who: Who, text: str, note: str = "") -> Turn | None:
    """Write down what was said. None when the chat is gone."""

    def work(db: sqlite3.Connection) -> Turn | None:
        try:
            cursor = db.execute(
                "INSERT INTO turns (chat, who, text, note) VALUES (?, ?, ?, ?)", (chat.id, who, text, note)
            )
        except sqlite3.IntegrityError:
            return None
        return Turn(cursor.lastrowid or 0, who, text, note)

    return await _run(work)


async def unsay(turn: Turn) -> None:
    """It was never said."""
    await _run(lambda db: db.execute("DELETE FROM turns WHERE id = ?", (turn.id,)).rowcount)


async def delete(visitor: str, id: int) -> None:
    """Forget a chat."""
    await _run(
        lambda db: db.execute("DELETE FROM chats WHERE id = ? AND visitor = ?", (id, visitor)).rowcount
    )
    pubsub.broadcast(topic(visitor), ChatsChanged())


_CHATS = "SELECT id, title FROM chats WHERE visitor = ? ORDER BY id DESC"


async def _run(work: Callable[[sqlite3.Connection], T]) -> T:
    def whole() -> T:
        with closing(sqlite3.connect(PATH)) as db, db:
            db.executescript(TABLES)
            db.execute("PRAGMA foreign_keys = ON")
            return work(db)

    return await trio.to_thread.run_sync(whole)
