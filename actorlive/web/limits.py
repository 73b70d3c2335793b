"""How much one client may ask for. Each limit ends that client's connection, never anybody else's."""

from __future__ import annotations

from dataclasses import dataclass

from actorlive.live.intake import MAX_OUTLIVE, MAX_WAITING, MAX_WAITING_EVENTS

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one websocket connection.

    The largest frames that the official client sends are upload chunks of 64 kB and forms with long texts, so
    1 MiB leaves room; a larger frame closes the socket with 1009. What a client does not read in time waits in
    a queue of at most `max_queue` bytes; beyond it the socket is closed with 1013 and the client comes back.
    A client sends a heartbeat every 30 seconds; one that was silent for `heartbeat_timeout` seconds is gone.

    What the views of one socket have not handled may be `max_waiting` bytes and `max_waiting_events` events; above
    that the socket is not read for `max_pause` seconds at most, then the view that is furthest behind is mounted
    afresh. A view whose socket has gone goes on with what waits for `max_outlive` seconds.
    """

    max_frame: int = 1024 * 1024
    max_queue: int = 8 * 1024 * 1024
    max_channels: int = 100
    heartbeat_timeout: float = 60.0
    max_waiting: int = MAX_WAITING
    max_waiting_events: int = MAX_WAITING_EVENTS
    max_pause: float = 20.0
    max_outlive: float = MAX_OUTLIVE
    send_timeout: float = 30.0
    """Seconds that a peer may take to accept 64 KiB before its TCP connection is dropped."""
    shutdown_timeout: float = 15.0
    """Seconds from a signal to the end of the program, by force if need be. The orderly end takes 13 at most."""
