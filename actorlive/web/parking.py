"""Who holds the views that wait for the join of their page (`live.process.parked`, docs/adopting.md).

A view is parked for a real navigation of a browser only, as `Sec-Fetch-Dest` says it: not for a prefetch, a crawler or
a script, whose pages nobody joins. How many there are is bounded, in all and by address; beyond that a page is rendered
dead, as any other.

A view is adopted by the first join of its page, once: it is found by the id of the page's element, which nobody can
guess and which stands in the page's signed token. Path and query must be those of the request, and the cookie session
the same as it was when the view was mounted, with the visitor's id in it. Anything else mounts for itself: a second tab
with a copy of the page, a visitor who has logged in or out meanwhile, a page that has changed its URL. Scheme and host
do not count, for a proxy may name others; nor does the fragment, which no request has.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import trio

from actorlive import telemetry
from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import DeadPage, DeadRedirect
from actorlive.live.process.parked import FirstPaint, give_up, start_parked
from actorlive.runtime import Down, Node, Pid, Port, Ref, Timer, alive, cancel_timer, open_port, send_after
from actorlive.web.allowance import Peers, reached
from actorlive.web.asked import Asked
from actorlive.web.limits import Limits

__all__ = ["ParkedPage", "Parking"]

_log = logging.getLogger("actorlive.web")

AHEAD = (b"purpose", b"sec-purpose", b"x-moz", b"x-purpose")
"""Headers by which browsers say that a page is fetched before anybody has asked for it."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A message of the clock: the page with that element did not join."""

    dom_id: str


@dataclass(slots=True)
class ParkedView:
    """A view that waits, and what the join has to be like."""

    pid: Pid
    view: str
    place: tuple[str, str]
    session: Mapping[str, Any]
    peer: str | None
    monitor: Ref
    since: float
    timer: Timer | None = None


class ParkedPage:
    """A page whose view has been begun. It waits when the block is over, if the page `is_shown`."""

    def __init__(self, paint: FirstPaint, dom_ids: set[str]) -> None:
        self._paint = paint
        self._dom_ids = dom_ids
        self.is_shown = False

    async def paint(self) -> DeadPage | DeadRedirect:
        """The page. Raises what a callback raised."""
        return await self._paint.page(self._dom_ids)


class Parking:
    """The parked views of one application."""

    def __init__(self, limits: Limits, peers: Peers) -> None:
        self._limits = limits
        self._peers = peers
        self._parked: dict[str, ParkedView] = {}
        self._by_peer: Counter[str] = Counter()
        self._node: Node | None = None
        self._port: Port | None = None
        self._has_told = False

    def __len__(self) -> int:
        return len(self._parked)

    # -- a page ----------------------------------------------------------------

    def admits(self, asked: Asked) -> bool:
        """True when the view of this request's page may be parked."""
        address = asked.remote_addr
        if asked.method != "GET" or asked.header(b"sec-fetch-dest") != "document":
            return False
        if any("prefetch" in (asked.header(name) or "").lower() for name in AHEAD):
            return False
        if len(self._parked) >= self._limits.max_parked:
            return self._refuse("max_parked", address)
        peer = self._peers.key(address)
        if peer is not None and self._by_peer[peer] >= self._limits.max_peer_parked:
            return self._refuse("max_peer_parked", address)
        self._has_told = False
        return True

    def _refuse(self, limit: str, address: str | None) -> bool:
        reached(limit, address)
        if not self._has_told:
            self._has_told = True
            _log.warning(
                "%d views wait for the joins of their pages; that of %s is mounted in both lives; see Limits.%s",
                len(self._parked),
                address,
                limit,
            )
        return False

    @contextmanager
    def page(self, node: Node, mount: Mount, address: str | None) -> Generator[ParkedPage]:
        """A block that makes a page, and begins its view for that."""
        dom_ids = {mount.dom_id}
        pid, paint = start_parked(node, mount, dom_ids)
        self._park(node, pid, mount, self._peers.key(address))
        page = ParkedPage(paint, dom_ids)
        try:
            yield page
        finally:
            if page.is_shown:
                self._wait(mount.dom_id, mount.route.view.adopt)
            else:
                self._end(mount.dom_id, "no page")

    def _park(self, node: Node, pid: Pid, mount: Mount, peer: str | None) -> None:
        port = self._port_of(node)
        self._parked[mount.dom_id] = ParkedView(
            pid=pid,
            view=mount.route.view.__qualname__,
            place=_place(mount.uri),
            session=mount.cookie_session,
            peer=peer,
            monitor=port.monitor(pid),
            since=trio.current_time(),
        )
        if peer is not None:
            self._by_peer[peer] += 1

    def _port_of(self, node: Node) -> Port:
        """What hears of the views' ends and of the clock, in the node that is open now."""
        if self._port is None or self._node is not node:
            self._node = node
            self._port = open_port(self._on_message, node=node, label="parked views")
            self._parked.clear()
            self._by_peer.clear()
        return self._port

    # -- its end ---------------------------------------------------------------

    def take(self, dom_id: str, uri: str, session: Mapping[str, Any]) -> Pid | None:
        """The view that waits for this join of its page, which is the caller's now; None where there is none."""
        parked = self._parked.get(dom_id)
        if parked is None or not alive(parked.pid):
            return None
        if parked.place != _place(uri) or parked.session != session:
            return None
        self._forget(dom_id)
        telemetry.execute("live_view.adopted", _waited(parked), {"view": parked.view})
        return parked.pid

    def disconnect(self, live_socket_id: str) -> None:
        """End the views whose session has this id: a session that is over adopts nothing."""
        for dom_id, parked in list(self._parked.items()):
            if parked.session.get("live_socket_id") == live_socket_id:
                self._end(dom_id, "disconnected")

    def close(self) -> list[Pid]:
        """The server goes down: end all that wait; returns them."""
        pids = [parked.pid for parked in self._parked.values()]
        for dom_id in list(self._parked):
            self._end(dom_id, "the server goes down")
        return pids

    def _wait(self, dom_id: str, seconds: float) -> None:
        """The page is on its way."""
        parked = self._parked.get(dom_id)
        if parked is not None and self._port is not None:
            parked.timer = send_after(self._port.pid, Expired(dom_id), seconds)

    def _on_message(self, message: object) -> None:
        match message:
            case Expired(dom_id):
                self._end(dom_id, "expired")
            case Down():
                for dom_id, parked in self._parked.items():
                    if parked.monitor is message.ref:
                        self._forget(dom_id)
                        break
            case _:
                pass

    def _end(self, dom_id: str, reason: str) -> None:
        parked = self._parked.get(dom_id)
        if parked is not None:
            self._forget(dom_id)
            give_up(parked.pid, reason)
            measured = _waited(parked)
            telemetry.execute("live_view.unadopted", measured, {"view": parked.view, "reason": reason})

    def _forget(self, dom_id: str) -> None:
        parked = self._parked.pop(dom_id)
        if parked.timer is not None:
            cancel_timer(parked.timer)
        if self._port is not None:
            self._port.demonitor(parked.monitor)
        if parked.peer is not None:
            self._by_peer[parked.peer] -= 1
            if not self._by_peer[parked.peer]:
                del self._by_peer[parked.peer]


def _waited(parked: ParkedView) -> dict[str, float]:
    return {"waited": trio.current_time() - parked.since}


def _place(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.path, parts.query
