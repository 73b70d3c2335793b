"""A program of one node that says who is there: `python -m tests.pubsub.presence_node URL NAME`.

It tracks itself by its name, and writes a line whenever it is told of something: the keys that it lists then.
"""

from __future__ import annotations

import json
import sys

import trio

from actorlive.pubsub import Message, Presence, PresenceDiff, subscribe
from actorlive.pubsub.local import pubsub
from actorlive.pubsub.opening import broker_at, open_adapter
from actorlive.pubsub.presence.presence import start_presences
from actorlive.runtime import open_node, receive, spawn


class Seat(Message, name="presence_node.seat"):
    """What is known of somebody: nothing more."""


ROOM = Presence(Seat)


def write_list() -> None:
    keys = [key for key, seats in ROOM.list("room").items() for _ in seats]
    sys.stdout.write(json.dumps(keys) + "\n")
    sys.stdout.flush()


async def watch(name: str) -> None:
    subscribe("room")
    ROOM.track("room", name, Seat())
    while True:
        if isinstance(await receive(), PresenceDiff):
            write_list()


async def main(url: str, name: str) -> None:
    async with open_adapter(broker_at(url)) as attach, open_node():
        attach(pubsub())
        start_presences()
        spawn(watch, name)
        await trio.sleep_forever()


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2])
