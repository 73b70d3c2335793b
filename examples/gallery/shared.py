"""A number that everybody who looks at the first page has in common, and who pressed last."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actorlive import Event, LiveView, Message, Socket, heex
from actorlive.pubsub import broadcast
from actorlive.runtime import process_flag

__all__ = ["SharedLive"]

TOPIC = "gallery:shared"


class Press(Event): ...


class Changed(Message, name="gallery.changed"):
    """Somebody came, left or pressed."""


@dataclass
class Room:
    """What all of them see."""

    total: int = 0
    here: int = 0
    pressed_at: float | None = None


room = Room()


class SharedLive(LiveView[Press]):
    """The stage of the first page. It ends with its tab, and then one fewer is here."""

    total: int = 0
    here: int = 1
    last: str = "Nobody has pressed yet"
    counted: bool = False

    template = heex("""
      <p class="who">{f"{@here} people here" if @here != 1 else "You are the only one here"}</p>
      <output>{f"{@total:,}"}</output>
      <p class="last">{@last}</p>
      <button class="primary" type="button" phx-click="press">+1 for everyone</button>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected:
            socket.subscribe(TOPIC)
            process_flag(trap_exit=True)  # so that `terminate` is called when the tab is closed
            room.here += 1
            self.counted = True
            broadcast(TOPIC, Changed())
        self.show()

    async def handle_event(self, event: Press, socket: Socket) -> None:
        room.total += 1
        room.pressed_at = time.monotonic()
        broadcast(TOPIC, Changed())

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, Changed):
            self.show()

    async def terminate(self, reason: object, socket: Socket) -> None:
        if self.counted:
            room.here -= 1
            broadcast(TOPIC, Changed())

    def show(self) -> None:
        """Take over what the room says."""
        self.total, self.here = room.total, max(1, room.here)
        if room.pressed_at is not None:
            self.last = f"Somebody pressed {round(time.monotonic() - room.pressed_at)} seconds ago"
