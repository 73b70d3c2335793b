"""How much one client may ask for, and how long anybody may take: every bound of the server, in one place.

Each limit is about one connection, or about all of one address, and is never felt by anybody else. Where a limit can be
kept by waiting, the server waits: it does not read the client, who feels TCP's back-pressure, and nothing is dropped.
docs/limits.md says of each what happens beyond it. Whatever is reached is told in the log and as `limit.reached` of
telemetry (`web.allowance`).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, fields

from actorlive.live.intake import MAX_FRAME, MAX_OUTLIVE, MAX_UPLOADS, MAX_WAITING, MAX_WAITING_EVENTS
from actorlive.web.errors import ConfigurationError

__all__ = ["JOIN_WINDOW", "MAX_HEAD", "MAX_KEPT", "Limits"]

JOIN_WINDOW = 10.0
"""Seconds over which joins are counted."""


MAX_HEAD = 16 * 1024
MAX_KEPT = 16 * 1024
JOIN_ROOM = 8 * 1024
"""Bytes of a join beside what the page has kept: tokens, params, URL."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a server and its clients: sizes in bytes, times in seconds; `math.inf` lifts one.

    A limit by address counts what comes from one address of the network, behind the proxies that are named to
    `ActorLive`. This machine's own addresses, Unix sockets and those proxies have none.
    """

    max_connections: float = 20_000
    """TCP connections at once, websockets included."""
    max_head: int = MAX_HEAD
    """The head of a request, and so a URL: one that a page says through its websocket, too."""
    max_frame: int = MAX_FRAME
    """A message of a websocket. The official client's largest are upload chunks of 64 kB and forms with long texts."""
    max_events: float = 2_000
    """Messages of one socket per second."""
    max_waiting: float = MAX_WAITING
    """What the views of one socket have not handled."""
    max_waiting_events: float = MAX_WAITING_EVENTS
    """The same, by number."""
    max_unsent: float = 256 * 1024
    """What a client has not read yet, before it is not read itself."""
    max_queue: float = 8 * 1024 * 1024
    """What a client has not read yet, before it is closed."""
    max_mailbox: int = 10_000
    """Messages in one mailbox, whoever sent them."""
    max_channels: int = 100
    """Views that one socket has joined at once."""
    max_kept: int = MAX_KEPT
    """What one view keeps in its page (`Kept[…]`), as JSON. It comes back with a join, so `max_frame` bounds it too."""
    max_uploads: int = MAX_UPLOADS
    """Files of one socket that are on their way, or here and not consumed."""
    max_parked: float = 1_000
    """Views that wait for the join of their page (`adopt`), of all pages."""
    max_peer_parked: float = 50
    """The same, of the pages of one address."""
    max_joins: float = 200
    """Joins of one socket in ten seconds."""
    max_peer_sockets: float = 1_000
    """Sockets of one address."""
    max_polled: float = 2_000
    """Clients that poll because they get no websocket."""
    max_peer_channels: float = 5_000
    """Views that all sockets of one address have joined."""
    max_peer_joins: float = 2_000
    """Joins from one address in ten seconds."""
    max_lingering: float = 5_000
    """Lines that wait for their next socket."""
    max_lingering_per_session: float = 50
    """Those of one visitor."""
    max_unconfirmed: float = 1024 * 1024
    """What the client of a line has not confirmed."""
    max_age: float = 24 * 3600.0
    """How long a socket lives."""
    max_pause: float = 20.0
    """How long a socket is not read because its views are behind."""
    max_outlive: float = MAX_OUTLIVE
    """How long a view goes on with what a closed socket left behind."""
    head_timeout: float = 5.0
    """For the handshake of TLS, and for the head of the first request."""
    keep_alive_timeout: float = 5.0
    """From an answer to the next request on the connection."""
    join_timeout: float = 15.0
    """From a socket's opening to its first join."""
    heartbeat_timeout: float = 60.0
    """Between two messages. The client sends a heartbeat every 30 seconds."""
    poll_timeout: float = 10.0
    """How long a poll waits for something to be sent. A client that does not poll for half as long again has left."""
    stall_timeout: float = 20.0
    """Within a message."""
    send_timeout: float = 30.0
    """For 64 KiB to be accepted."""
    close_timeout: float = 5.0
    """From a close frame to the end of the connection."""

    def lifetime(self) -> float:
        """How long one socket lives: not the same for all, which came together after a restart."""
        return self.max_age * random.uniform(0.9, 1.0)  # noqa: S311 - nothing depends on its being unguessable

    def kept_in_a_join(self) -> int:
        """Bytes that a view may keep so that its join still is a message of at most `max_frame`."""
        return int(max(0, min(self.max_kept, (self.max_frame - JOIN_ROOM) * 3 / 4)))

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ConfigurationError(
                    f"Limits({field.name}={value!r}): a limit is a number from 0 on; math.inf is no limit"
                )
            if math.isinf(value) and field.type == "int":
                raise ConfigurationError(
                    f"Limits({field.name}=inf): this needs a number, because memory has an end"
                )
