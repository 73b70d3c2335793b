"""Who is in the room, and what its visitors tell each other. All of it travels, so all of it are messages."""

from collections.abc import Sequence

from actorlive import Message, Presence

TOPIC = "room"
HUES = 5


class Visitor(Message, name="room.visitor"):
    """What is known of somebody who is here: it is the same in all of their windows."""

    name: str
    writes: bool = False
    says: str = ""


class Moved(Message, name="room.moved"):
    """A pointer is there, in percent of the floor. It is told and forgotten: a presence would keep it."""

    id: str
    name: str
    hue: int
    x: float
    y: float


class Rested(Message, name="room.rested"):
    """A pointer has left the floor, or its window has."""

    id: str


room = Presence(Visitor)


class Person(Message, name="room.person"):
    """One line of the list: somebody, with as many windows as are open."""

    id: str
    visitor: Visitor
    windows: int


def people() -> Sequence[Person]:
    """Who is here, on all servers, by name."""
    here = [Person(id, known[-1], len(known)) for id, known in room.list(TOPIC).items()]
    return sorted(here, key=lambda person: (person.visitor.name.lower(), person.id))


def hue_of(id: str) -> int:
    """A colour of five for somebody, the same everywhere."""
    return 1 + sum(id.encode()) % HUES
