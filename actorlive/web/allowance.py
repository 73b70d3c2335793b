"""What a socket, and an address with all its sockets, have had of what they are allowed, and who is told at its end.

* What can wait, waits: a socket that sends more than `Limits.max_events` in a second is not read until that is over
  (`web.direct.socket`, `web.transport`).
* What cannot wait is refused: a socket beyond `max_peer_sockets` with 429, a join beyond the three bounds of joins and
  channels with a reply, after which the client loads the page again in a while.
* An address is that of the visitor, behind the proxies that the application names. This machine's own, those of the
  proxies themselves and what has none (a Unix socket) are nobody's in particular, so they are not counted.
* Whatever is reached is `limit.reached` of telemetry each time, and a line in the log once for each socket, so that
  a flood does not become one of the log.
"""

from __future__ import annotations

import ipaddress
import itertools
import logging
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

import trio

from actorlive import telemetry
from actorlive.errors import ProtocolError
from actorlive.live.intake import Backlog
from actorlive.web.limits import JOIN_WINDOW, Limits

__all__ = ["MESSAGE_TOO_BIG", "Allowance", "Peer", "Peers", "reached", "refuse_socket"]

GOING_AWAY = 1001
POLICY_VIOLATION = 1008
MESSAGE_TOO_BIG = 1009
SERVICE_RESTART = 1012

_log = logging.getLogger("actorlive.web")


def reached(limit: str, peer: object) -> None:
    """Tell telemetry that a limit was."""
    telemetry.execute("limit.reached", {}, {"limit": limit, "peer": peer})


class JoinCount:
    """Joins in the current window of `JOIN_WINDOW` seconds."""

    __slots__ = ("_count", "_end")

    def __init__(self) -> None:
        self._count = 0
        self._end = 0.0

    def is_beyond(self, most: float) -> bool:
        """Count one more; True when that is too many."""
        now = trio.current_time()
        if now >= self._end:
            self._count, self._end = 0, now + JOIN_WINDOW
        self._count += 1
        return self._count > most

    @property
    def is_over(self) -> bool:
        """True when nothing of it matters any more."""
        return trio.current_time() >= self._end


class Peer:
    """What one address has open, and how often it joined."""

    __slots__ = ("channels", "joins", "key", "sockets", "told")

    def __init__(self, key: str) -> None:
        self.key = key
        self.joins = JoinCount()
        self.sockets = 0
        self.channels = 0
        self.told = False


class Peers:
    """All addresses that have sockets; `is_exempt` says of an address whether it is not counted.

    One that has none any more is remembered until its joins do not matter, so that who closes and comes back finds
    its count; what is remembered is let go two at a time by whoever comes.
    """

    def __init__(self, is_exempt: Callable[[str], bool] = lambda _: False) -> None:
        self._is_exempt = is_exempt
        self._peers: dict[str, Peer] = {}
        self._gone: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._peers)

    def key(self, address: object) -> str | None:
        """As which an address counts; None for one that is not counted."""
        return None if not isinstance(address, str) or self._is_exempt(address) else counted_as(address)

    def get(self, address: object) -> Peer | None:
        """The account of an address, made for one that is new; None for one that is not counted."""
        key = self.key(address)
        if key is None:
            return None
        peer = self._peers.get(key)
        if peer is None:
            self._forget()
            peer = self._peers[key] = Peer(key)
            self._gone[key] = None
        return peer

    def enter(self, peer: Peer, sockets: int, channels: int = 0) -> None:
        """So many more sockets and views of the address are open."""
        peer.sockets += sockets
        peer.channels += channels
        self._peers[peer.key] = peer
        self._gone.pop(peer.key, None)

    def leave(self, peer: Peer, sockets: int, channels: int = 0) -> None:
        """So many have ended."""
        peer.sockets -= sockets
        peer.channels -= channels
        if not peer.sockets and not peer.channels:
            self._gone[peer.key] = None

    def _forget(self) -> None:
        for key in list(itertools.islice(self._gone, 2)):
            if self._peers[key].joins.is_over:
                del self._peers[key], self._gone[key]


@lru_cache(maxsize=1024)
def counted_as(address: str) -> str | None:
    """An address of IPv6 counts with all that its owner has as a rule (/64).

    None for one of this machine, and for what is not an address, as Quart names a peer at a Unix socket.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return None if parsed.is_loopback else str(ipaddress.ip_network((int(parsed), 64), strict=False))
        parsed = parsed.ipv4_mapped
    return None if parsed.is_loopback else str(parsed)


class SocketAge(Enum):
    """How far a socket is in its life."""

    ARRIVING = "it has `join_timeout` for its first join"
    SETTLED = "it has `max_age`"
    LEAVING = "it has `max_pause` to finish"


class Allowance:
    """One socket's. `name` is the client's address, for those who are told."""

    __slots__ = (
        "_age",
        "_channels",
        "_joins",
        "_limits",
        "_peer",
        "_peers",
        "_sockets",
        "_told",
        "expires",
        "has_joined",
        "name",
    )

    def __init__(self, limits: Limits, name: object, peers: Peers | None = None) -> None:
        self.name = name
        self.has_joined: bool = False
        self._limits = limits
        self._peers = peers
        self._peer = None if peers is None else peers.get(name)
        self._joins = JoinCount()
        self._channels = 0
        self._told: tuple[str, ...] = ()
        self._age = SocketAge.ARRIVING
        self.expires: float = trio.current_time() + limits.join_timeout
        """When somebody has to ask `expire`."""
        self._sockets = 1
        """1 or, while a line waits for its next one, 0."""
        if peers is not None and self._peer is not None:
            peers.enter(self._peer, 1)

    def close(self) -> None:
        """The socket has ended."""
        peer, self._peer = self._peer, None
        if self._peers is not None and peer is not None:
            self._peers.leave(peer, self._sockets, self._channels)

    def rest(self) -> None:
        """The socket has ended, and its views live: they count for the address, a socket does not."""
        if self._peers is not None and self._peer is not None:
            self._peers.leave(self._peer, self._sockets)
        self._sockets = 0

    def move_to(self, other: Allowance) -> None:
        """The views go on over a socket of another account, perhaps from another address; this one takes it over."""
        self.close()
        self._peer, other._peer = other._peer, None
        self.name, self._sockets = other.name, 1
        if self._peers is not None and self._peer is not None:
            self._peers.enter(self._peer, 0, self._channels)

    # -- joins and channels ----------------------------------------------------

    def refuse_join(self) -> str | None:
        """Why a view may not be joined now, or None when it may; counts one."""
        limits, peer = self._limits, self._peer
        if self._joins.is_beyond(limits.max_joins):
            return self._refuse("max_joins", "too many joins")
        if peer is not None and peer.joins.is_beyond(limits.max_peer_joins):
            return self._refuse("max_peer_joins", "too many joins from this address")
        if peer is not None and peer.channels >= limits.max_peer_channels:
            return self._refuse("max_peer_channels", "too many channels joined from this address")
        return None

    def refuse_channel(self, *, is_upload: bool = False) -> None:
        """The socket has joined as many views, or sends as many files, as it may."""
        if is_upload:
            self.tell("max_uploads", "may send no more files at once")
        else:
            self._refuse("max_channels", "too many channels joined")

    def enter(self) -> None:
        """A view is joined."""
        self.has_joined = True
        self._channels += 1
        if self._peer is not None:
            self._peer.channels += 1

    def leave(self) -> None:
        """A view has ended."""
        self._channels -= 1
        if self._peer is not None:
            self._peer.channels -= 1

    def _refuse(self, limit: str, why: str) -> str:
        self.tell(limit, "refuses joins: %s", why)
        return why

    # -- time ------------------------------------------------------------------

    def expire(self, now: float, finish: Callable[[], None]) -> int | None:
        """`expires` has come: the code to close with, or None to go on.

        It comes for the first join, then for the socket itself, of which `finish` is told: it is to end in order, as
        when the server goes down. Where its views take longer for that than a pause may last, it comes once more.
        """
        limits = self._limits
        match self._age:
            case SocketAge.ARRIVING if not self.has_joined:
                self.tell("join_timeout", "joined no view, and is closed")
                return POLICY_VIOLATION
            case SocketAge.ARRIVING:
                self._age, self.expires = SocketAge.SETTLED, now + limits.lifetime()
            case SocketAge.SETTLED:
                self._age, self.expires = SocketAge.LEAVING, now + limits.max_pause
                self.tell("max_age", "is closed, so that its client is looked at again", level=logging.INFO)
                finish()
            case SocketAge.LEAVING:
                return SERVICE_RESTART
        return None

    def fall_silent(self, limit: str = "heartbeat_timeout") -> int:
        """Nothing has come for too long: the code to close with."""
        self.tell(limit, "was silent for too long, and is closed")
        return GOING_AWAY

    # -- telling ---------------------------------------------------------------

    def tell(self, limit: str, what: str, *values: object, level: int = logging.WARNING) -> None:
        """The socket has reached a limit: in telemetry each time, in the log once."""
        reached(limit, self.name)
        if limit not in self._told:
            self._told += (limit,)
            _log.log(level, f"the socket of %s {what}; see Limits.{limit}", self.name, *values)

    def tell_of_fault(self, error: ProtocolError) -> None:
        """The socket is closed, because what came through it is not the protocol, or too large."""
        if error.code == MESSAGE_TOO_BIG:
            reached("max_frame", self.name)
        _log.warning("closed a websocket: %s", error)

    def tell_of_overflow(self) -> None:
        """The socket is closed, because its client does not read."""
        self.tell("max_queue", "does not read, and is closed")

    def tell_of_pause(self, backlog: Backlog) -> None:
        """The socket is not read, because its views are behind."""
        waiting = {"events": backlog.events, "bytes": backlog.size}
        telemetry.execute("socket.paused", waiting, {"peer": self.name})
        self.tell(
            "max_waiting",
            "is not read for a while: its views have %d events of %d bytes to handle",
            backlog.events,
            backlog.size,
        )


def refuse_socket(peer: Peer | None, limits: Limits) -> bool:
    """True when the address has as many sockets as it may."""
    if peer is None or peer.sockets < limits.max_peer_sockets:
        return False
    reached("max_peer_sockets", peer.key)
    if not peer.told:
        peer.told = True
        _log.warning(
            "%s opens no more sockets, it has %d; see Limits.max_peer_sockets", peer.key, peer.sockets
        )
    return True
