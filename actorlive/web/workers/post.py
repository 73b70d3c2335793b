"""Letters between the workers of one server.

Each worker has a box into which all may put letters, and which it alone reads: a pair of datagram sockets that the
parent has made before it forked, so there is no path, no permission, and nothing left behind. A letter is whole or not
there, is decoded strictly, and may bring an open connection along. The box outlives its worker: who takes the place
reads on.

The kernel keeps so many letters per box. Those behind wait at the sender, `MAX_WAITING` at most and for `PATIENCE`
seconds: what a worker does not fetch, because it holds its loop, is dropped then.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import trio

__all__ = ["Connected", "Desk", "EndLine", "EndSockets", "Letter", "PassedOn", "Post", "Relayed"]

MAX_LETTER = 160 * 1024
MAX_WAITING = 1_000
PATIENCE = 5.0

_log = logging.getLogger("actorlive.web")


class EndSockets(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Close the sockets of one `live_socket_id`: its visitor has logged out."""

    live_socket_id: str


class EndLine(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The visitor's page has given that line up."""

    handle: str
    visitor: str


class PassedOn(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A websocket has come to another worker than its line lives at, and is handed over, descriptor and all.

    `count` is what the page has of the line's frames, `rest` what was read of the socket and not looked at. `visitor`
    is who has come, by the cookie that the sender has checked, and `peer` from where.
    """

    handle: str
    count: int
    visitor: str
    peer: str | None
    rest: bytes


class Connected(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A connection has come to another worker than its request is for, and is handed over, descriptor and all, before
    anything was answered. `unread` is what was read of it."""

    unread: bytes


class Relayed(msgspec.Struct, tag=True, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A request has come to another worker than is to answer it, which gets one end of a pair (`relaying`)."""


Letter: TypeAlias = EndSockets | EndLine | PassedOn | Connected | Relayed

_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Letter)
_encoder = msgspec.msgpack.Encoder()


class Post:
    """The boxes of `size` workers, made by the parent."""

    def __init__(self, size: int) -> None:
        self._boxes = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(size)]
        for inside, slot in self._boxes:
            inside.setblocking(False)
            slot.setblocking(False)

    def desk(self, number: int) -> Desk:
        """Where a worker reads and writes its letters, by its number."""
        slots = {other: slot for other, (_, slot) in enumerate(self._boxes, 1) if other != number}
        return Desk(self._boxes[number - 1][0], slots)

    def close_others(self, number: int) -> None:
        """In the process of a worker: nobody reads the boxes of others."""
        for other, (inside, _) in enumerate(self._boxes, 1):
            if other != number:
                inside.close()

    def close(self) -> None:
        """Nobody reads or writes any more in this process."""
        for inside, slot in self._boxes:
            inside.close()
            slot.close()


@dataclass(slots=True)
class Parcel:
    """A letter on its way, with the descriptor that it brings along."""

    text: bytes
    descriptor: int | None


class Desk:
    """One worker's end of the post. Letters travel while `run` does; where they cannot, `send` says so."""

    def __init__(self, inside: socket.socket, slots: dict[int, socket.socket]) -> None:
        self._inside = inside
        self._slots = slots
        self._waiting: dict[int, trio.MemorySendChannel[Parcel]] = {}

    def reaches(self, number: int) -> bool:
        """True for the number of another worker."""
        return number in self._slots

    def send(self, number: int, letter: Letter, descriptor: int | None = None) -> bool:
        """Put a letter into another's box, without waiting. The descriptor is ours from then on, if it is True."""
        try:
            self._waiting[number].send_nowait(Parcel(_encoder.encode(letter), descriptor))
        except (KeyError, trio.WouldBlock, trio.BrokenResourceError):
            return False
        return True

    def send_to_all(self, letter: Letter) -> None:
        """Put it into the box of everybody else."""
        for number in self._slots:
            if not self.send(number, letter):
                _log.warning("worker %d was not told: %r", number, letter)

    async def run(self, take: Callable[[Letter, int | None], None]) -> None:
        """Have letters carried, and those that come taken: `take` gets each, and owns the descriptor."""
        async with trio.open_nursery() as nursery:
            try:
                for number, slot in self._slots.items():
                    self._waiting[number], waiting = trio.open_memory_channel[Parcel](MAX_WAITING)
                    nursery.start_soon(_carry, number, slot, waiting)
                await self._fetch(take)
            finally:
                self._waiting.clear()

    async def _fetch(self, take: Callable[[Letter, int | None], None]) -> None:
        while True:
            await trio.lowlevel.wait_readable(self._inside)
            with contextlib.suppress(BlockingIOError):
                text, descriptors, _, _ = socket.recv_fds(self._inside, MAX_LETTER, 1)
                descriptor = descriptors[0] if descriptors else None
                try:
                    letter = _decoder.decode(text)
                except msgspec.DecodeError as misfit:
                    _log.error("a letter of another worker is not one: %s", misfit)
                    _close(descriptor)
                else:
                    take(letter, descriptor)


async def _carry(number: int, slot: socket.socket, waiting: trio.MemoryReceiveChannel[Parcel]) -> None:
    try:
        async for letter in waiting:
            try:
                with trio.fail_after(PATIENCE):
                    await _put(slot, letter)
            except (trio.TooSlowError, OSError) as fault:
                _log.warning(
                    "worker %d does not fetch its letters: %s", number, str(fault) or "one is dropped"
                )
            finally:
                _close(letter.descriptor)
    finally:
        with contextlib.suppress(trio.WouldBlock):
            while True:
                _close(waiting.receive_nowait().descriptor)


async def _put(slot: socket.socket, letter: Parcel) -> None:
    while True:
        try:
            socket.send_fds(slot, [letter.text], [] if letter.descriptor is None else [letter.descriptor])
        except BlockingIOError:
            await trio.lowlevel.wait_writable(slot)
        else:
            return


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
