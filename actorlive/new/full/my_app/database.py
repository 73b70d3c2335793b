"""The database: one SQLite file.

Each call works in a thread, on a connection of its own, so that no page waits for another's disk.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import trio

T = TypeVar("T")

MIGRATIONS = [
    """
    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      email TEXT NOT NULL UNIQUE,
      password_hash TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE logins (
      token TEXT PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      since TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
    )
    """,
    """
    CREATE TABLE todos (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
      title TEXT NOT NULL,
      done INTEGER NOT NULL DEFAULT FALSE
    )
    """,
]
"""One statement each, made once and in this order. Add to the end; what a server has seen stays as it is."""


async def query(sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement, and return its rows. What it changes is stored then."""
    return await trio.to_thread.run_sync(_query, sql, values)


async def transaction(work: Callable[[sqlite3.Connection], T]) -> T:
    """Do some work of which all is stored, or nothing."""
    return await trio.to_thread.run_sync(_transaction, work)


async def migrate() -> None:
    """Make the file what the program expects. Runs before anybody is served."""
    await query("PRAGMA journal_mode = WAL")
    await transaction(_migrate)


def _migrate(connection: sqlite3.Connection) -> None:
    [version] = connection.execute("PRAGMA user_version").fetchone()
    for statement in MIGRATIONS[version:]:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _query(sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    with closing(_connect()) as connection:
        return connection.execute(sql, values).fetchall()


def _transaction(work: Callable[[sqlite3.Connection], T]) -> T:
    with closing(_connect()) as connection:
        connection.execute("BEGIN IMMEDIATE")
        result = work(connection)
        connection.commit()
        return result


def _connect() -> sqlite3.Connection:
    path = os.environ.get("DATABASE", "my_app.sqlite3")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
