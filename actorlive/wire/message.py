"""The five fields of a frame, as types.

A text frame is a JSON array `[join_ref, ref, topic, event, payload]`; a binary frame (an upload's chunk)
carries the same five with raw bytes as its payload. Refs are opaque strings that the client makes up:
they are echoed, never interpreted. A payload stays undecoded (`msgspec.Raw`) until the code that knows its type
decodes it, so that a frame costs one pass over its head and one over its body.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

__all__ = ["LIVEVIEW_VERSION", "BinaryMessage", "JoinPayload", "Message", "frame_size"]

LIVEVIEW_VERSION = "1.2.12"
"""The client version that join replies name; another string makes the client warn on its console."""


class Message(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """A text frame (mirrors `Phoenix.Socket.Message`). Exactly five fields: another arity is an error."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: msgspec.Raw


class BinaryMessage(msgspec.Struct, frozen=True):
    """A binary frame from the client: a push whose payload is bytes."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: bytes


KEPT = "_kept"
"""The param of a join that holds kept values."""

MANY = 2**31
"""No client counts so far."""


class JoinPayload(msgspec.Struct, frozen=True):
    """The payload of a `phx_join` on a view's topic; what it claims is checked where it is authorized.

    `url` comes with the first join of a page's main view and with its rejoins, `redirect` with a live
    navigation; children have neither. `session`, `static` and `flash` are signed tokens.
    """

    session: str | None = None
    static: str | None = None
    url: str | None = None
    redirect: str | None = None
    params: dict[str, Any] | None = None
    flash: str | None = None
    sticky: bool = False

    @property
    def mounts(self) -> int:
        """How many joins of this view on this page succeeded before (`_mounts`); 0 when not told."""
        return self._count("_mounts")

    @property
    def connect_params(self) -> dict[str, Any]:
        """The params, without what the page kept for the view."""
        params = self.params or {}
        return {name: value for name, value in params.items() if name != KEPT} if KEPT in params else params

    @property
    def kept(self) -> dict[str, str]:
        """What the page kept for the view: tokens by name; {} for anything else in their place."""
        kept = (self.params or {}).get(KEPT)
        if not isinstance(kept, dict):
            return {}
        named = cast("dict[str, object]", kept)
        return {name: token for name, token in named.items() if isinstance(token, str)}

    @property
    def attempt(self) -> int:
        """Which try to join this is since the last that succeeded (`_mount_attempts` failed before it), from 1."""
        return self._count("_mount_attempts") + 1

    def _count(self, name: str) -> int:
        count = (self.params or {}).get(name)
        return count if isinstance(count, int) and 0 <= count < MANY else 0


def frame_size(frame: str | bytes) -> int:
    """The bytes of a frame, or of a piece of one, on the wire."""
    if isinstance(frame, str) and not frame.isascii():
        return len(frame.encode("utf-8", "surrogatepass"))
    return len(frame)
