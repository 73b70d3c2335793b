"""How the kept values of a view reach its page, and how they come back.

**The rule: acknowledged is kept (INV-16).** The frame that shows what a change looks like brings the value too, as an
event that the client dispatches before it patches. So a page has both or neither, and whatever a person saw is there
when the view is mounted again. A frame of its own, behind the answer, was rejected: the line may end between the two.

A value above `LARGE` would go with every key stroke, so all that are large go at most once in `PERIOD`; what waits is
told when the time comes, and at the latest when the view or its socket ends in a way that the server notices. Only a
line that is cut, or a server that is killed, takes along what has waited.

**What comes back** is accepted from a page that had joined the view before, and from no first join: behind a live
navigation the element is another view's, with the same id. A page that brings something all the same is told to
forget it. A value is signed with its place: the view's class and element, the visitor, the name. One that is forged,
too old, of another place, or of another type by now, is dropped with a line in the log; the others stay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import trio

from actorlive import runtime, telemetry
from actorlive.errors import CallbackError
from actorlive.live.assigns import assign
from actorlive.live.endpoint import Endpoint, KeptPlace, Transport
from actorlive.live.view import LiveView
from actorlive.runtime import Pid
from actorlive.wire.serializer import encode_payload

__all__ = ["LARGE", "PERIOD", "Keeper", "KeptDue", "forget_all"]

LARGE = 4 * 1024
"""Bytes of JSON above which a value does not go with every change."""

PERIOD = 1.0
"""Seconds between two tellings of values that are large."""

_log = logging.getLogger("actorlive.live")

KeepEvent = list[Any]


class KeptDue:
    """A message in the view's mailbox: it is time for the values that have waited."""

    __slots__ = ()


_DUE = KeptDue()


def forget_all(dom_id: str) -> KeepEvent:
    """Tells the page to keep nothing for that view."""
    return _keep_event(dom_id, {}, whole=True)


def _keep_event(dom_id: str, values: Mapping[str, str | None], *, whole: bool) -> KeepEvent:
    """What the page is to keep: by name a token, or None for nothing; `whole`: and nothing else."""
    told: dict[str, object] = {"id": dom_id, "values": values}
    return ["al:keep", {**told, "all": True} if whole else told, True]


class Keeper:
    """The kept values of one connected view."""

    __slots__ = (
        "_armed",
        "_decoders",
        "_dom_id",
        "_endpoint",
        "_last_words",
        "_noted",
        "_pid",
        "_place",
        "_refused",
        "_say",
        "_sizes",
        "_told_large",
        "_view",
        "_waiting",
        "_whole",
    )

    def __init__(self, view: LiveView[Any], endpoint: Endpoint, dom_id: str, visitor: str, pid: Pid) -> None:
        self._view = view
        self._decoders = type(view).__kept__
        self._endpoint = endpoint
        self._dom_id = dom_id
        self._place = KeptPlace(type(view), dom_id, visitor)
        self._pid = pid
        self._say: Callable[[KeepEvent], None] | None = None
        self._last_words: dict[Pid, Callable[[], None]] = {}
        self._noted: dict[str, None] = {}
        self._sizes: dict[str, int] = {}
        self._refused: set[str] = set()
        self._waiting: dict[str, bytes] = {}
        self._told_large = float("-inf")
        self._armed = False
        self._whole = False

    def attach(self, transport: Transport, say: Callable[[KeepEvent], None]) -> None:
        """From now on there is a client: `say` sends it an event by itself."""
        self._say = say
        self._last_words = transport.last_words

    # -- to the page -----------------------------------------------------------

    def note(self, changed: Mapping[str, object]) -> None:
        """A render shows these assigns anew."""
        for name in changed:
            if name in self._decoders:
                self._noted[name] = None

    def event(self) -> KeepEvent | None:
        """What goes with the render's frame; None when the page knows all."""
        if not self._noted and not self._whole:
            return None
        values: dict[str, str | None] = {}
        is_time = self._is_time_for_large()
        for name in self._noted:
            self._tell(name, values, is_time=is_time)
        whole, self._whole = self._whole, False
        self._noted = {}
        return _keep_event(self._dom_id, values, whole=whole) if values or whole else None

    def _tell(self, name: str, values: dict[str, str | None], *, is_time: bool) -> None:
        encoded = self._encoded(name)
        is_large = encoded is not None and len(encoded) > LARGE
        if encoded is not None and is_large and not is_time:
            self._postpone(name, encoded)
            return
        if is_large:
            self._told_large = trio.current_time()
        self._waiting.pop(name, None)
        values[name] = None if encoded is None else self._signed(name, encoded)

    def _signed(self, name: str, encoded: bytes) -> str:
        return self._endpoint.sign_kept(self._place, name, encoded)

    def _encoded(self, name: str) -> bytes | None:
        """The value as JSON; None for one that cannot be kept, which its author is told once."""
        try:
            encoded = bytes(encode_payload(self._view.__dict__[name], "it"))
        except CallbackError as error:
            self._refuse(name, str(error))
            return None
        others = sum(size for other, size in self._sizes.items() if other != name)
        limit = self._endpoint.max_kept
        if others + len(encoded) > limit:
            self._refuse(
                name,
                f"it has {len(encoded):,} bytes as JSON, and all kept values of a view {limit:,} at most, of which"
                f" {others:,} are taken. Keep what a person would have to enter again, and load the rest in mount;"
                " see Limits.max_kept",
            )
            return None
        self._sizes[name] = len(encoded)
        self._refused.discard(name)
        return encoded

    def _refuse(self, name: str, why: str) -> None:
        self._sizes.pop(name, None)
        if name in self._refused:
            return
        self._refused.add(name)
        view = type(self._view).__qualname__
        _log.error("%s.%s is not kept: %s", view, name, why)
        telemetry.execute("limit.reached", {}, {"limit": "max_kept", "peer": view})

    # -- large values ----------------------------------------------------------

    def _is_time_for_large(self) -> bool:
        return trio.current_time() >= self._told_large + PERIOD

    def _postpone(self, name: str, encoded: bytes) -> None:
        self._waiting[name] = encoded
        self._last_words[self._pid] = self.tell_waiting
        if not self._armed:
            self._armed = True
            runtime.send_after(self._pid, _DUE, self._told_large + PERIOD - trio.current_time())

    def due(self) -> None:
        """The message came: tell what has waited for a period."""
        self._armed = False
        if self._is_time_for_large():
            self.tell_waiting()
        else:  # it has been told meanwhile, and what waits now has its own period to wait for
            for name, encoded in self._waiting.items():
                self._postpone(name, encoded)

    def tell_waiting(self) -> None:
        """Tell the page what has waited: it is time, or the view or its socket is about to end."""
        waiting, self._waiting = self._waiting, {}
        self._last_words.pop(self._pid, None)
        if waiting and self._say is not None:
            self._told_large = trio.current_time()
            values = {name: self._signed(name, encoded) for name, encoded in waiting.items()}
            self._say(_keep_event(self._dom_id, values, whole=False))

    # -- from the page ---------------------------------------------------------

    def restore(self, brought: Mapping[str, str], *, first: bool) -> None:
        """Behind mount: set what the page has kept, unless this is its `first` join of the view."""
        self._whole = bool(brought)
        if first:
            return
        strange = brought.keys() - self._decoders.keys()
        if strange:
            self._drop(f"{len(strange)} values", "the view declares none of these names")
        for name, decoder in self._decoders.items():
            if name in brought:
                self._restore(name, brought[name], decoder)

    def _restore(self, name: str, token: str, decoder: msgspec.json.Decoder[Any]) -> None:
        encoded = self._endpoint.read_kept(self._place, name, token)
        if encoded is None:
            self._drop(name, "its signature is not good here, or too old")
            return
        try:
            value = decoder.decode(encoded)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self._drop(name, f"it does not fit the declared type: {error}")
            return
        assign(self._view, name, value)
        self._noted[name] = None  # what mount made of it may be what is shown, and still the page has to know

    def _drop(self, what: str, why: str) -> None:
        _log.warning("%s drops of what its page has kept %s: %s", type(self._view).__qualname__, what, why)
        if telemetry.enabled():
            telemetry.execute("live_view.kept.dropped", {}, {"view": self._view, "what": what, "why": why})
