"""The items that all visitors share: an SQLite file, and a message about every change to each subscriber.

A call on a local file takes less time than handing it to a thread, so it is made at once. That also means that
nothing comes between a change and its broadcast: all subscribers get changes in the order in which they were made.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actorlive import Message, Pid, Rejected, Stale, pubsub

TOPIC = "items"
MOST = 200
"""Items that there may be: everybody can add some."""
TITLES = ["Paint the fence", "Mend the kite", "Return the ladder", "Feed the goldfish", "Keep this locked"]
SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
  id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, place REAL NOT NULL, version INTEGER NOT NULL DEFAULT 1
);
"""


@dataclass(frozen=True)
class Item:
    id: int | str
    title: str
    version: int = 1
    pending: bool = False


class Added(Message, name="items.added"):
    item: Item


class Saved(Message, name="items.saved"):
    item: Item


class Moved(Message, name="items.moved"):
    item: Item


class Gone(Message, name="items.gone"):
    item: Item


class Store:
    """Every change names the view that makes it, which gets the result and not the broadcast."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.open()

    def open(self) -> None:
        """Open the file, and put something into it that is empty."""
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self.restock()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def restock(self) -> None:
        """Begin anew when there is nothing left to try."""
        if not self.all():
            rows = [(title, n) for n, title in enumerate(TITLES)]
            self._db.executemany("INSERT INTO items (title, place) VALUES (?, ?)", rows)

    def check_room(self) -> None:
        """Raises `Rejected` when there are as many items as there may be."""
        if len(self.all()) >= MOST:
            raise Rejected("The list is full. Delete something first.")

    def all(self) -> list[Item]:
        """The items in their order."""
        return self._items("SELECT id, title, version FROM items ORDER BY place")

    def search(self, text: str) -> list[Item]:
        """The items whose title contains the text, in upper or lower case."""
        return [item for item in self.all() if text.casefold() in item.title.casefold()]

    def get(self, id: int | str) -> Item:
        """Raises `Rejected` when the item is gone."""
        found = self._items("SELECT id, title, version FROM items WHERE id = ?", id)
        if not found:
            raise Rejected("It is gone already")
        return found[0]

    def create(self, title: str, by: Pid) -> Item:
        """Put an item at the end."""
        sql = "INSERT INTO items (title, place) SELECT ?, coalesce(max(place), 0) + 1 FROM items"
        cursor = self._db.execute(sql, (title,))
        item = self.get(cursor.lastrowid or 0)
        pubsub.broadcast_from(by, TOPIC, Added(item))
        return item

    def save(self, id: int, title: str, by: Pid, *, expected_version: int) -> Item:
        """Give an item another title. Raises `Stale` when it has another version by now."""
        fresh = self.get(id)
        if fresh.version != expected_version:
            raise Stale(fresh)
        self._db.execute("UPDATE items SET title = ?, version = version + 1 WHERE id = ?", (title, id))
        saved = self.get(id)
        pubsub.broadcast_from(by, TOPIC, Saved(saved))
        return saved

    def move(self, item: Item, before: int | None, by: Pid) -> None:
        """Put an item before another one, or at the end."""
        order = [other.id for other in self.all() if other.id != item.id]
        order.insert(order.index(before) if before in order else len(order), item.id)
        self._db.executemany("UPDATE items SET place = ? WHERE id = ?", list(enumerate(order)))
        pubsub.broadcast_from(by, TOPIC, Moved(item))

    def remove(self, item: Item, by: Pid) -> None:
        """Take an item away for good."""
        self._db.execute("DELETE FROM items WHERE id = ?", (item.id,))
        pubsub.broadcast_from(by, TOPIC, Gone(item))

    def _items(self, sql: str, *values: Any) -> list[Item]:
        return [Item(*row) for row in self._db.execute(sql, values)]
