"""The bakery's books: an SQLite database, the same every time, and what the dashboard asks of it.

The functions block, as database drivers do. They run in worker threads, each with a connection of its own.
"""

import random
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

from actorlive import Error, Pid, send
from examples.scratch import scratch

SCHEMA = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, product INTEGER NOT NULL REFERENCES products, pieces INTEGER NOT NULL);
"""
PRODUCTS = [("Rye bread", 420), ("Baguette", 190), ("Croissant", 150), ("Apple tart", 380), ("Pretzel", 90)]
ORDERS = 240
PAUSE = 0.05
"""Seconds between two orders of the ledger: as if the disk were slow."""


@dataclass(frozen=True)
class Takings:
    orders: int
    euros: float


@dataclass(frozen=True)
class Favourite:
    name: str
    pieces: int


@dataclass(frozen=True)
class Order:
    id: int
    product: str
    pieces: int
    euros: float


def build(path: Path) -> Path:
    dice = random.Random(1889)
    orders = [(dice.randint(1, len(PRODUCTS)), dice.randint(1, 6)) for _ in range(ORDERS)]
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(SCHEMA)
        db.executemany("INSERT INTO products (name, cents) VALUES (?, ?)", PRODUCTS)
        db.executemany("INSERT INTO orders (product, pieces) VALUES (?, ?)", orders)
    return path


DATABASE = build(scratch("bakery.sqlite3"))


def query(sql: str) -> list[Any]:
    with closing(sqlite3.connect(DATABASE)) as db:
        return db.execute(sql).fetchall()


def takings() -> Takings:
    sql = "SELECT count(*), sum(pieces * cents) / 100.0 FROM orders JOIN products ON product = products.id"
    return Takings(*query(sql)[0])


async def favourites() -> list[Favourite]:
    """A report that takes two seconds."""
    await trio.sleep(2)
    sql = """
        SELECT name, sum(pieces) AS sold FROM orders JOIN products ON product = products.id
        GROUP BY name ORDER BY sold DESC LIMIT 3
    """
    return [Favourite(*row) for row in await trio.to_thread.run_sync(query, sql)]


async def price_of_flour(attempt: int) -> float | Error:
    """The mill answers every second time only."""
    await trio.sleep(0.5)
    return Error("the mill does not answer") if attempt % 2 else 1.15


def read_ledger(view: Pid) -> int:
    """Send the view each order; how many there were."""
    sql = """
        SELECT orders.id, name, pieces, pieces * cents / 100.0 FROM orders JOIN products ON product = products.id
        ORDER BY orders.id
    """
    count = 0
    with closing(sqlite3.connect(DATABASE)) as db:
        for row in db.execute(sql):
            time.sleep(PAUSE)
            send(view, Order(*row))
            count += 1
    return count
