"""What people have to do. Each sees and changes their own list, in as many tabs as they like."""

from dataclasses import dataclass

from actorlive import pubsub

from my_app.accounts import User
from my_app.database import query


@dataclass(frozen=True)
class Todo:
    id: int
    title: str
    done: bool


@dataclass(frozen=True)
class TodosChanged:
    """Sent to `topic(user)` after each change."""


def topic(user: User) -> str:
    """Where changes of a user's list are told."""
    return f"todos:{user.id}"


async def load(user: User) -> list[Todo]:
    """A user's list, the oldest first."""
    rows = await query("SELECT id, title, done FROM todos WHERE user_id = ? ORDER BY id", user.id)
    return [Todo(id, title, bool(done)) for id, title, done in rows]


async def add(user: User, title: str) -> None:
    """Put something at the end of the list."""
    await query("INSERT INTO todos (user_id, title) VALUES (?, ?)", user.id, title)
    _tell(user)


async def check(user: User, id: int, done: bool) -> None:
    """Say whether it is done. Here as below: what is not on the user's own list stays as it is."""
    await query("UPDATE todos SET done = ? WHERE id = ? AND user_id = ?", done, id, user.id)
    _tell(user)


async def rename(user: User, id: int, title: str) -> None:
    """Give it another title."""
    await query("UPDATE todos SET title = ? WHERE id = ? AND user_id = ?", title, id, user.id)
    _tell(user)


async def remove(user: User, id: int) -> None:
    """Take it from the list."""
    await query("DELETE FROM todos WHERE id = ? AND user_id = ?", id, user.id)
    _tell(user)


def _tell(user: User) -> None:
    pubsub.broadcast(topic(user), TodosChanged())
