"""Presence: who is there, and what of them one wants to know (Phoenix's `Presence`)."""

from __future__ import annotations

import builtins
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from actorlive import runtime
from actorlive.errors import ActorLiveError
from actorlive.pubsub.local import pubsub
from actorlive.pubsub.message import Message, name_of, pack
from actorlive.pubsub.presence.tracker import Tracker
from actorlive.runtime import NodeClosed, NodeLocal, Pid, current_node

__all__ = ["MAX_ENTRY", "Presence", "PresenceError", "start_presences"]

MAX_ENTRY = 1_800
"""The longest presence that is told to other nodes, in bytes: topic, key and meta."""

Meta = TypeVar("Meta", bound=Message)

_trackers: NodeLocal[dict[str, Tracker]] = NodeLocal(dict)
"""Of the current node, by the presence's name."""


class PresenceError(ActorLiveError):
    """A presence that is tracked twice, updated without being there, or is something else than was declared."""


class Presence(Generic[Meta]):
    """Who is there, by topic: `room = Presence(Visitor)`, where `class Visitor(Message)` says what is known of each.

    A presence is named after that class, or by `name`: those of one name are one, on all nodes. It is made once, where
    a module keeps it. Raises `PresenceError` where the name belongs to a presence of another class.
    """

    def __init__(self, meta: type[Meta], *, name: str | None = None) -> None:
        self.meta: type[Meta] = meta
        self.name: str = name_of(meta) if name is None else name
        for other in list(_known):
            if other.name == self.name and _path(other.meta) != _path(meta):
                raise PresenceError(
                    f"two presences are named {self.name!r}, of {_path(other.meta)} and {_path(meta)}: give one of"
                    " them a name"
                )
        _known.add(self)

    def __repr__(self) -> str:
        return f"<presence {self.name!r} of {self.meta.__qualname__}>"

    def track(self, topic: str, key: str, meta: Meta, *, pid: Pid | None = None) -> None:
        """Somebody is at a topic, for as long as the process lives, by default the calling one (`Presence.track/4`).

        `key` is who, such as a user's id: several processes may track the same. The subscribers of the topic get a
        `PresenceDiff`. Raises `PresenceError` where the process tracks that key there already, and with a broker
        `MessageError` for a meta that cannot travel.
        """
        self._check(topic, key, meta)
        if not self._tracker().track(_process(pid), topic, key, meta):
            raise PresenceError(
                f"{key!r} is tracked at {topic!r} by this process already: update_presence changes what is known of"
                " them"
            )

    def update(self, topic: str, key: str, meta: Meta, *, pid: Pid | None = None) -> None:
        """Change what is known of somebody whom the process tracks (`Presence.update/4`). Raises `PresenceError`."""
        self._check(topic, key, meta)
        if not self._tracker().update(_process(pid), topic, key, meta):
            raise PresenceError(f"{key!r} is not tracked at {topic!r} by this process: track them first")

    def untrack(self, topic: str, key: str, *, pid: Pid | None = None) -> bool:
        """Somebody is gone, though the process goes on (`Presence.untrack/3`); False where it did not track them."""
        return self._tracker().untrack(_process(pid), topic, key)

    def list(self, topic: str) -> dict[str, builtins.list[Meta]]:
        """Who is at a topic, on all nodes: by key the metas of all that are tracked under it (`Presence.list/1`).

        Its order is the same everywhere: by key. A node that has just started needs a moment to hear of all. Where no
        node is, as in a page that is asked for without a server, nobody is there.
        """
        try:
            tracker = self._tracker()
        except NodeClosed:
            return {}
        found = {
            key: [m for m in metas if isinstance(m, self.meta)] for key, metas in tracker.list(topic).items()
        }
        return {key: metas for key, metas in found.items() if metas}

    def start(self) -> None:
        """Begin to listen to the other nodes, where that has not happened; the first use does it by itself."""
        self._tracker()

    def _tracker(self) -> Tracker:
        by_name = _trackers.get()
        found = by_name.get(self.name)
        if found is None:
            pubsub().demand_broker(f"presence {self.name}")
            found = by_name[self.name] = Tracker(current_node(), pubsub(), self.name, self.meta)
        found.meta = self.meta  # the same, or what a reload has made of it
        return found

    def _check(self, topic: str, key: str, meta: Meta) -> None:
        if not isinstance(meta, self.meta):
            raise PresenceError(f"{self!r} is of {self.meta.__qualname__}, and was given {meta!r:.80}")
        if pubsub().adapter is None:
            return
        size = len(topic) + len(key) + len(pack(meta)[1])
        if size > MAX_ENTRY:
            raise PresenceError(
                f"what {self!r} is to know of {key!r:.40} takes {size:,} bytes, and {MAX_ENTRY:,} is the most: keep an"
                " id, and read the rest where it is"
            )


_known: WeakSet[Presence[Any]] = WeakSet()


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _process(pid: Pid | None) -> Pid:
    return runtime.self() if pid is None else pid


def start_presences() -> None:
    """Have all presences of the program listen on the current node, so that their first list is whole."""
    for presence in list(_known):
        presence.start()
