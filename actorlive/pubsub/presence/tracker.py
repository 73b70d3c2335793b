"""One presence on one node: what lets its replica see, hear, speak and keep time.

It is a port, so it has no task that could stand still. It monitors the processes that track somebody, and listens to
the presence's topic. Where there are other nodes it looks at the clock twice a second; where there are none, nothing
ticks.
"""

from __future__ import annotations

import logging
from enum import Enum

import msgspec
import trio

from actorlive.pubsub.local import Adapter, Gap, PubSub
from actorlive.pubsub.message import Message, read_fields
from actorlive.pubsub.presence.replica import ANSWER_AFTER, TICK, Replica
from actorlive.pubsub.presence.words import (
    PresenceAsked,
    PresenceBeat,
    PresenceChanged,
    PresenceEnded,
    PresenceSnapshot,
)
from actorlive.pubsub.refusals import MessageRefused, Refusals
from actorlive.pubsub.slot import NodeSlot, random_slot
from actorlive.runtime import (
    Down,
    Node,
    Pid,
    Port,
    Ref,
    cancel_timer,
    open_port,
    send,
    send_after,
    send_interval,
)

__all__ = ["Tracker"]

_log = logging.getLogger("actorlive.pubsub")


class Reminder(Enum):
    """What a tracker sends itself, for later."""

    LOOK = "look at the clock"
    FLUSH = "say what has changed"
    ANSWER = "say everything: another node has asked"


Spot = tuple[str, str]
"""A topic and a key."""


class Tracker:
    """The presences of one name, as one node knows them and tracks its own."""

    def __init__(self, node: Node, pubsub: PubSub, name: str, meta: type[Message]) -> None:
        self.meta = meta
        self._pubsub = pubsub
        self._topic = f"actorlive.presence:{name}"
        self._adapter: Adapter | None = pubsub.adapter
        identity = None if self._adapter is None else self._adapter.identity
        if identity is None:
            self._adapter = None
        slot = identity or NodeSlot()
        self._replica = Replica(slot.name, slot.start, self._read, trio.current_time())
        self._refs: dict[Pid, dict[Spot, int]] = {}
        self._monitors: dict[Pid, Ref] = {}
        self._refusals = Refusals()
        self._flushing = self._answering = False
        self._token = trio.lowlevel.current_trio_token()
        self._port: Port = open_port(self._hear, on_close=self._close, node=node, label=f"presence {name}")
        if self._adapter is not None:
            pubsub.subscribe(self._topic, self._port.pid)
            self._clock = send_interval(self._port.pid, Reminder.LOOK, TICK)
        self._act()

    def _read(self, raw: msgspec.Raw) -> Message:
        return read_fields(self.meta, raw)

    # -- who is here -----------------------------------------------------------

    def track(self, pid: Pid, topic: str, key: str, meta: Message) -> bool:
        """Somebody is here for as long as the process; False where it has them already."""
        refs = self._refs.setdefault(pid, {})
        if (topic, key) in refs:
            return False
        if pid not in self._monitors:
            self._monitors[pid] = self._port.monitor(pid)
        if pid not in self._refs:  # it was dead, as the monitor has said at once
            del self._monitors[pid]
            return True
        refs[topic, key] = self._replica.track(topic, key, meta)
        self._act()
        return True

    def update(self, pid: Pid, topic: str, key: str, meta: Message) -> bool:
        """Something else is known of them; False where the process does not track them."""
        refs = self._refs.get(pid, {})
        if (topic, key) not in refs:
            return False
        refs[topic, key] = self._replica.update(refs[topic, key], meta)
        self._act()
        return True

    def untrack(self, pid: Pid, topic: str, key: str) -> bool:
        """They are gone; False where the process did not track them."""
        refs = self._refs.get(pid, {})
        ref = refs.pop((topic, key), None)
        if ref is None:
            return False
        if not refs:
            del self._refs[pid]
            self._port.demonitor(self._monitors.pop(pid))
        self._replica.untrack(ref)
        self._act()
        return True

    def list(self, topic: str) -> dict[str, list[Message]]:
        """Who is at a topic, on all nodes."""
        return self._replica.shares.list(topic)

    # -- what it hears ---------------------------------------------------------

    def _hear(self, message: object) -> None:
        now = trio.current_time()
        match message:
            case Down(process=Pid() as pid):
                self._monitors.pop(pid, None)
                self._replica.untrack(*self._refs.pop(pid, {}).values())
            case Gap():
                self._replica.missed(now)
            case PresenceBeat() | PresenceChanged() | PresenceAsked() | PresenceSnapshot() | PresenceEnded():
                try:
                    self._replica.receive(message, now)
                except MessageRefused as refused:
                    self._refusals.note(refused, self._topic, now)
            case Reminder.LOOK:
                self._replica.tick(now, connected=self._adapter is not None and self._adapter.hears)
            case Reminder.FLUSH:
                self._flushing = False
                self._replica.flush()
            case Reminder.ANSWER:
                self._answering = False
                self._replica.answer(now)
            case _:
                pass
        self._act()

    def _close(self, _: object) -> None:
        """The node ends."""
        if self._adapter is not None:
            cancel_timer(self._clock)
            self._replica.end()
            self._speak(self._adapter)

    # -- what it does ----------------------------------------------------------

    def _act(self) -> None:
        """Tell what is to be told, say what is to be said, and see to it that what can wait is not forgotten."""
        for diff in self._replica.take_told():
            self._pubsub.deliver(diff.topic, diff)
        if self._adapter is None:
            self._replica.keep_quiet()
            return
        if self._replica.is_replaced:
            self._move()
        self._speak(self._adapter)
        if self._replica.has_changed and not self._flushing:
            self._flushing = True  # when all that is ready now has run: many changes are one message
            self._token.run_sync_soon(send, self._port.pid, Reminder.FLUSH)
        if self._replica.answer_at is not None and not self._answering:
            self._answering = True
            send_after(self._port.pid, Reminder.ANSWER, ANSWER_AFTER)

    def _speak(self, adapter: Adapter) -> None:
        """Say it to the others, if they can hear it: what they miss, the next beat makes them ask for."""
        said = self._replica.take_said()
        if adapter.hears:
            for word in said:
                adapter.publish(self._topic, word)

    def _move(self) -> None:
        slot = random_slot()
        _log.warning(
            "another program has the place %r of this one among the nodes; going on as %r",
            self._replica.own.slot,
            slot,
        )
        self._replica.move(slot, self._replica.own.start, trio.current_time())
