"""A view whose one mount is that of the first paint: it waits, parked, for the join of its page (docs/adopting.md).

Problem: a page is mounted twice, once for the response and once for the socket. What is slow is done twice, and what
the first life begins, a task above all, could not go on in the second. Rule: a class with `adopt` is mounted once. The
request spawns the view's own process, which is connected from its first callback on, renders once for the response,
and then handles its messages without rendering, until the first join of that page adopts it. What the page was not
sent yet waits for the join's answer: rows of streams, pushed events, a patch of the URL. A view that would send its
visitor elsewhere waits with that as well, and handles nothing more.

Which join may adopt it, and for how long it waits, is decided by the one holder of all of them (`web.parking`): by a
message, so that a join and the end of the waiting have an order, and a view that was given to a join is never ended by
the clock.

Rejected: to run the view in the request's task until the join (a task ends with its request); to give the second mount
what the first had loaded (every author would have to say how).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import trio
from markupsafe import Markup

from actorlive import runtime
from actorlive.errors import CallbackError
from actorlive.live.endpoint import JoinAddress, JoinRefused, Mount, Transport
from actorlive.live.navigation import LivePatch
from actorlive.live.process.channel import Channel
from actorlive.live.process.cycle import Cycle, leads_away
from actorlive.live.process.dead import DeadPage, DeadRedirect, fill, placing_into, redirect_of
from actorlive.live.process.dispatch import Dispatcher
from actorlive.live.process.mounting import begin, follow_patches
from actorlive.live.process.nests import DeadNest
from actorlive.live.process.spans import span
from actorlive.live.stateful import Stateful
from actorlive.runtime import Node, Pid, Shutdown
from actorlive.runtime.faults import is_fault, is_own_end, reason_of

__all__ = ["FirstPaint", "adopt", "give_up", "start_parked"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """A message: the page has joined, and its frames go there."""

    address: JoinAddress
    transport: Transport


@dataclass(frozen=True, slots=True)
class Unadopted:
    """A message: nobody will join any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Painting:
    """What the response shows of a view, with holes for the views within it."""

    html: str
    nest: DeadNest
    page_title: str | None
    flash: dict[str, str]
    assigns: dict[str, Any]


class FirstPaint:
    """What a request waits for: the parked view's page."""

    def __init__(self) -> None:
        self._is_done = trio.Event()
        self._shown: Painting | DeadRedirect | None = None
        self._error: BaseException = CallbackError("the view was ended before its page was made")

    async def page(self, dom_ids: set[str]) -> DeadPage | DeadRedirect:
        """The page, with the views within it, whose ids come into `dom_ids`. Raises what a callback raised."""
        await self._is_done.wait()
        shown = self._shown
        if shown is None:
            raise self._error
        if isinstance(shown, DeadRedirect):
            return shown
        redirect = await fill(shown.nest, dom_ids)
        if redirect is not None:
            return redirect
        content = Markup(shown.nest.filled(shown.html))
        return DeadPage(content, shown.page_title, shown.flash, shown.assigns, dom_ids)

    def show(self, shown: Painting | DeadRedirect) -> None:
        """This is it."""
        self._shown = shown

    def fail(self, error: BaseException) -> None:
        """A callback raised this."""
        self._error = error

    def close(self) -> None:
        """The view has shown what it will."""
        self._is_done.set()


def start_parked(node: Node, mount: Mount, dom_ids: set[str]) -> tuple[Pid, FirstPaint]:
    """Begin a view for the response of a request; `dom_ids` are those of the page's views."""
    paint = FirstPaint()
    return node.spawn(_run, mount, paint, dom_ids), paint


def adopt(pid: Pid, address: JoinAddress, transport: Transport) -> Pid:
    """The page has joined: the view answers the join itself, and is that client's from now on."""
    runtime.send(pid, Adoption(address, transport))
    return pid


def give_up(pid: Pid, reason: str) -> None:
    """Nobody will join: the view ends behind what it has to handle."""
    runtime.send(pid, Unadopted(reason))


async def _run(mount: Mount, paint: FirstPaint, dom_ids: set[str]) -> None:
    runtime.set_label(mount.route.view.__qualname__)
    channel = ParkedChannel(mount)
    try:
        is_shown = await channel.paint(mount, paint, dom_ids)
    finally:
        paint.close()
    if not is_shown:
        runtime.exit(Shutdown(JoinRefused()))
    del mount, paint, dom_ids  # a view that lives on keeps nothing of its request
    refused = await channel.wait()
    runtime.exit(await channel.serve() if refused is None else Shutdown(refused))


class ParkedCycle(Cycle):
    """Ends the cycles of a view that nobody looks at: patches are followed, and what is to be shown waits."""

    __slots__ = ("patch",)

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.patch: LivePatch | None = None
        """The last one; the page hears of it when it joins."""

    def end_at_once(self, ref: str | None = None, reply: object = None) -> bool:
        """Everything takes the long way here."""
        return False

    async def end(
        self,
        ref: str | None = None,
        reply: object = None,
        handler: Stateful[Any] | None = None,
        response: Mapping[str, Any] | None = None,
    ) -> None:
        """End the cycle of one callback. There is no client, so there is no frame to answer."""
        if self._state.navigation is not None:
            self._components.hand_over_flash()
            self.patch = await follow_patches(self._state, self._socket) or self.patch
        if not leads_away(self._state):
            self._state.owner.flash.end_of_callback()

    async def paint(self, nest: DeadNest) -> str:
        """The HTML of the whole view, for the response. What is meant for one message stays for the join's."""
        with placing_into(nest):
            await self._components.settle(self._outbox.start_all())
        return self._outbox.painted()


class ParkedChannel(Channel):
    """The process of such a view: until it is adopted, and from then on as any other."""

    __slots__ = ("_parked",)

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self._parked = ParkedCycle(self._state, self._socket, self._outbox)
        self._enter(self._parked)

    def _enter(self, cycle: Cycle) -> None:
        self._cycle = cycle
        self._dispatcher = Dispatcher(self._state, self._socket, self._outbox, cycle)

    async def paint(self, mount: Mount, paint: FirstPaint, dom_ids: set[str]) -> bool:
        """Run the first callbacks and show the page; False when there is none, and nothing to wait for."""
        try:
            with span("mount", self._view, connected=True, socket=self._socket):
                await begin(self._state, self._socket)
            if self._state.navigation is not None:
                paint.show(redirect_of(self._state))
                return False
            nest = DeadNest(mount, dom_ids, self._state)
            html = await self._parked.paint(nest)
            view, flash = self._view, dict(self._state.owner.flash.shown)
            paint.show(Painting(html, nest, view.page_title, flash, dict(view.__dict__)))
        except BaseException as error:
            if not is_fault(error):
                raise
            paint.fail(error)
            return False
        self._state.owner.flash.end_of_callback()
        span.event("parked", view)
        return True

    # -- waiting ---------------------------------------------------------------

    async def wait(self) -> JoinRefused | None:
        """Handle messages until the page joins, and answer that; what ends the process, or None where it goes on."""
        try:
            end = await self._wait()
        except BaseException as error:
            if is_own_end(error):
                self._tell_of_crash(error)
                await self._terminate(reason_of(error))
            raise
        if isinstance(end, Unadopted):
            await self._terminate(Shutdown(end.reason))
            runtime.exit(Shutdown(end.reason))
        return await self._adopted(end.address, end.transport)

    async def _wait(self) -> Adoption | Unadopted:
        while True:
            match = (Adoption, Unadopted) if leads_away(self._state) else None
            message = await runtime.receive(match)
            if isinstance(message, Adoption | Unadopted):
                return message
            await self._handle(message)

    async def _adopted(self, address: JoinAddress, transport: Transport) -> JoinRefused | None:
        self.attach(address, transport)
        self._enter(Cycle(self._state, self._socket, self._outbox))
        self._outbox.start_over()
        try:
            response = await self._response(self._parked.patch)
        except BaseException as error:
            if not is_fault(error):
                raise
            return self._join_crashed(error, 1)
        return await self._answer_join(response)
