"""The board that everybody shares. All in memory; it is as old as the server.

A card has a version, one more with each change, and whoever changes it says which one they saw: of two people who move
one card, the second is refused. Every change is told to all subscribers, its author too, so that all pages show the
same board.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from actorlive import Message, Rejected, pubsub

TOPIC = "desk"

ColumnId = Literal["todo", "doing", "done"]

MOST = 60
"""Cards that there may be: everybody can add some."""
TITLES: dict[ColumnId, str] = {"todo": "To do", "doing": "Doing", "done": "Done"}
FIRST: dict[ColumnId, list[str]] = {
    "todo": ["Glaze the blue bowls", "Order two bags of porcelain", "Photograph the autumn set"],
    "doing": ["Fire kiln 2 at 1,240 °C", "Answer the museum"],
    "done": ["Wedge the clay"],
}


@dataclass(frozen=True)
class Card:
    id: int
    title: str
    version: int = 1


@dataclass(frozen=True)
class Column:
    id: ColumnId
    cards: list[Card] = field(default_factory=list[Card])

    @property
    def title(self) -> str:
        return TITLES[self.id]


@dataclass(frozen=True)
class Place:
    """Where a card stands: before another one, or last in its column."""

    column: ColumnId
    before: int | None = None


class Changed(Message, name="desk.changed"):
    """The board is another; `id` is the card that it is about."""

    id: int


class Board:
    def __init__(self, first: dict[ColumnId, list[str]]) -> None:
        self._first = first
        self._ids = count(1)
        self._columns: dict[ColumnId, Column] = {}
        self.restock()

    def restock(self) -> None:
        """Begin anew when there is no card left to move."""
        if not any(column.cards for column in self._columns.values()):
            self._columns = {
                id: Column(id, [Card(next(self._ids), title) for title in titles])
                for id, titles in self._first.items()
            }

    def columns(self) -> list[Column]:
        """The columns with their cards, from left to right."""
        return list(self._columns.values())

    def find(self, id: int) -> tuple[Card, Place]:
        """A card and where it stands. Raises `Rejected` when it is gone."""
        for column, position, card in self._places():
            if card.id == id:
                after = column.cards[position + 1 : position + 2]
                return card, Place(column.id, after[0].id if after else None)
        raise Rejected("That card is gone already.")

    def add(self, column: ColumnId, title: str) -> Card:
        """Put a new card at the end of a column. Raises `Rejected` when the board is full."""
        if sum(len(one.cards) for one in self._columns.values()) >= MOST:
            raise Rejected("The board is full. Remove a card first.")
        card = Card(next(self._ids), title)
        self._put(card, Place(column))
        pubsub.broadcast(TOPIC, Changed(card.id))
        return card

    def rename(self, id: int, title: str, *, seen: int) -> Card:
        """Give a card another title. Raises `Rejected` when somebody else changed it since version `seen`."""
        card, place = self._seen(id, seen, "Your title was not saved.")
        return self._replace(replace(card, title=title, version=card.version + 1), place)

    def move(self, id: int, to: Place, *, seen: int) -> Card:
        """Put a card somewhere else. Raises `Rejected` when somebody else changed it since version `seen`."""
        card, place = self._seen(id, seen, "Your move was taken back.")
        to = place if to.before == id else to
        return self._replace(replace(card, version=card.version + 1), to)

    def remove(self, id: int, *, seen: int) -> None:
        """Take a card off the board. Raises `Rejected` when somebody else changed it since version `seen`."""
        self._seen(id, seen, "It was not removed.")
        self._take(id)
        pubsub.broadcast(TOPIC, Changed(id))

    def put_back(self, card: Card, place: Place) -> None:
        """Undo a removal."""
        self._replace(replace(card, version=card.version + 1), place)

    def _seen(self, id: int, version: int, then: str) -> tuple[Card, Place]:
        card, place = self.find(id)
        if card.version != version:
            raise Rejected(f"Somebody else changed “{card.title}” first. {then}")
        return card, place

    def _replace(self, card: Card, place: Place) -> Card:
        self._take(card.id)
        self._put(card, place)
        pubsub.broadcast(TOPIC, Changed(card.id))
        return card

    def _take(self, id: int) -> None:
        for column in self.columns():
            left = [card for card in column.cards if card.id != id]
            self._columns[column.id] = replace(column, cards=left)

    def _put(self, card: Card, place: Place) -> None:
        cards = self._columns[place.column].cards
        position = next((n for n, other in enumerate(cards) if other.id == place.before), len(cards))
        self._columns[place.column] = Column(place.column, [*cards[:position], card, *cards[position:]])

    def _places(self) -> Iterator[tuple[Column, int, Card]]:
        for column in self._columns.values():
            for position, card in enumerate(column.cards):
                yield column, position, card


board = Board(FIRST)
