"""Channel: the process of one connected view (LiveView's `Phoenix.LiveView.Channel`).

One loop takes one message at a time from the mailbox (INV-1): a frame of the client, the end of a task, a timer, a
broadcast, the socket's DOWN. Each is one callback (`dispatch`), then at most one render and one diff (`cycle`,
INV-2). The reply to an event leaves after that render and carries its diff, so replies are in the order of the events
and each shows exactly what was done up to it (INV-3); that is what the client's locks rely on.

The process lives in the node, never in a socket's task: the end of the socket is a message behind the events that
came before it (INV-4), and so is the end of the parent, if this is a view within a view. A callback that raises ends
this process alone (INV-7); its connection sees the DOWN and sends `phx_error`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from math import inf
from typing import Any, get_args

from typing_extensions import TypeIs

from actorlive import runtime
from actorlive.live.endpoint import (
    ClientEvent,
    ClientLeft,
    JoinAddress,
    JoinRefused,
    Mount,
    Transport,
)
from actorlive.live.events import ONLINE_ONLY
from actorlive.live.hooks import call
from actorlive.live.later import Action
from actorlive.live.navigation import LivePatch
from actorlive.live.process.cycle import Cycle, departure, leads_away
from actorlive.live.process.dispatch import Dispatcher, FrameworkMessage
from actorlive.live.process.mounting import begin, client_error, follow_patches, one_error, open_view
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.parents import ParentWatch
from actorlive.live.process.redrawing import Redraw
from actorlive.live.process.spans import span
from actorlive.live.process.trespass import refuse_others
from actorlive.live.process.turnstile import take_turn
from actorlive.live.tasks import AsyncDone
from actorlive.live.view import LiveView
from actorlive.rendered import Diff
from actorlive.runtime import CallRequest, CastRequest, Down, Node, Pid, Ref, Shutdown
from actorlive.runtime.faults import add_hint, is_fault, is_own_end, reason_of

__all__ = ["CLIENT_VERSION", "Channel", "start_channel"]

CLIENT_VERSION = "1.2.12"
"""The version of the official client that is bundled; it warns when the server names another."""

OwnMessage = (
    ClientEvent | AsyncDone | Down | FrameworkMessage | CallRequest | CastRequest | Redraw | ClientLeft
)
"""What may mean something else to a view than a call of `handle_info`."""

_OWN = frozenset[type](get_args(OwnMessage))

_log = logging.getLogger("actorlive.live")


def _is_own(message: object) -> TypeIs[OwnMessage]:
    """As `isinstance(message, OwnMessage)`, at once: what is broadcast would be compared with every one of them."""
    return type(message) in _OWN


def start_channel(node: Node, mount: Mount, address: JoinAddress, transport: Transport) -> Pid:
    """Begin a connected view as a process of the node. It answers the join itself."""
    return node.spawn(_run, mount, address, transport)


async def _run(mount: Mount, address: JoinAddress, transport: Transport) -> None:
    runtime.set_label(mount.route.view.__qualname__)
    await take_turn()
    channel = Channel(mount, address, transport)
    del mount, address, transport  # a view that lives on keeps nothing of its join
    refused = await channel.join()
    runtime.exit(await channel.serve() if refused is None else Shutdown(refused))


class Channel:
    """A connected view and the loop around it."""

    __slots__ = (
        "_cycle",
        "_dispatcher",
        "_is_dropping",
        "_outbox",
        "_parent",
        "_socket",
        "_state",
        "_transport",
        "_view",
    )

    def __init__(
        self, mount: Mount, address: JoinAddress | None = None, transport: Transport | None = None
    ) -> None:
        self._transport: Ref | None = None
        self._state, self._socket = open_view(mount, runtime.self(), connected=True)
        self._view: LiveView[Any] = self._state.view
        self._parent = None if mount.lineage is None else runtime.monitor(mount.lineage.parent)
        if mount.endpoint.debug:
            refuse_others(self._view, runtime.self())
        self._outbox = Outbox(self._state, self._socket)
        if address is not None and transport is not None:
            self.attach(address, transport)
        self._cycle = Cycle(self._state, self._socket, self._outbox)
        self._dispatcher = Dispatcher(self._state, self._socket, self._outbox, self._cycle)
        self._is_dropping = False

    def attach(self, address: JoinAddress, transport: Transport) -> None:
        """From now on the view has a client: its frames go there, and it ends with it."""
        self._transport = runtime.monitor(transport.pid)
        self._state.transport = transport
        self._outbox.attach(address, transport)

    # -- join ------------------------------------------------------------------

    async def join(self) -> JoinRefused | None:
        """Run the first callbacks and answer `phx_join`; when it is refused, returns what ends the process."""
        mount = self._state.mount
        watch = ParentWatch()
        try:
            with watch.over(None if self._state.lineage is None else self._state.lineage.parent):
                patch = await self._begin()
            if watch.refusal is not None:
                return self._orphaned(watch.refusal, mount)
            response = await self._response(patch)
        except BaseException as error:
            if not is_fault(error):
                raise
            if watch.refusal is not None:
                return self._orphaned(watch.refusal, mount)
            return self._join_crashed(error, mount.attempt if mount is not None else 1)
        if response is not None and mount is not None and mount.redirected:
            response["container"] = type(self._view).container.wire()
        return await self._answer_join(response)

    async def _response(self, patch: LivePatch | None) -> dict[str, Any] | None:
        """What answers the join, the whole tree above all; None when it is refused, since the view sends its visitor
        elsewhere."""
        if leads_away(self._state):
            kind, payload = departure(self._state)
            self._outbox.refuse_join({kind: payload, "events": self._state.events})
            return None
        response = self._joined(await self._cycle.render_all())
        if patch is not None:
            response["live_patch"] = patch.wire()
        return response

    async def _answer_join(self, response: dict[str, Any] | None) -> JoinRefused | None:
        if response is None:
            return JoinRefused()
        self._outbox.answer_join(response)
        self._state.end_of_cycle()
        await self._cycle.after_render()
        return None

    async def _begin(self) -> LivePatch | None:
        with span("mount", self._view, connected=True, socket=self._socket):
            await begin(self._state, self._socket)
        return await follow_patches(self._state, self._socket)

    def _orphaned(self, reason: str, mount: Mount | None) -> JoinRefused:
        """The parent ended meanwhile: there is no page for this view any more."""
        name, attempt = type(self._view).__qualname__, mount.attempt if mount is not None else 1
        _log.info("refused a join of %s, whose parent has ended: %s (attempt %d)", name, reason, attempt)
        self._outbox.refuse_join({"reason": reason})
        return JoinRefused()

    def _joined(self, rendered: Diff) -> dict[str, Any]:
        joined: dict[str, Any] = {"rendered": rendered, "liveview_version": CLIENT_VERSION}
        names = type(self._view).__events__.online_only
        return {**joined, ONLINE_ONLY: names} if names else joined

    def _join_crashed(self, error: BaseException, attempt: int) -> JoinRefused:
        """A 4xx becomes a page load that answers with that status; anything else is a crash of this view."""
        error = one_error(error)
        name, kind = type(self._view).__qualname__, type(error).__name__
        status = client_error(error)
        if status is not None:
            _log.info("%s loads its page with status %d (attempt %d): %s", name, status, attempt, kind)
            token = self._state.endpoint.sign_reload(status)
            self._outbox.refuse_join({"reason": "reload", "status": status, "token": token})
            return JoinRefused()
        add_hint(error)
        _log.error("%s was not mounted (attempt %d): %s: %s", name, attempt, kind, error, exc_info=error)
        self._tell_of_crash(error)
        self._outbox.refuse_join({"reason": "join crashed"})
        return JoinRefused(error)

    # -- the loop --------------------------------------------------------------

    async def serve(self) -> object:
        """Handle messages until the view ends; its exit reason."""
        cycle, dispatcher, receive = self._cycle, self._dispatcher, runtime.receive
        try:
            while cycle.exit_reason is None:
                message = await receive()
                if (
                    type(message) is ClientEvent
                    and message.event == "event"
                    and message.intake.deadline == inf
                ):
                    # The way of nearly every message, without the coroutines in between.
                    await dispatcher.event(message)
                    message.intake.handled(message.size)
                elif type(message) is AsyncDone:
                    await dispatcher.task_end(message.task, message.result)
                else:
                    await self._handle(message)
        except BaseException as error:
            if is_own_end(error):
                self._tell_of_crash(error)
                await self._terminate(reason_of(error))
            raise
        await self._terminate(cycle.exit_reason)
        return cycle.exit_reason

    def _handle(self, message: object) -> Awaitable[None]:
        return self._handle_own(message) if _is_own(message) else self._dispatcher.info(message)

    async def _handle_own(self, message: OwnMessage) -> None:
        match message:
            case ClientEvent():
                await self._handle_frame(message)
            case AsyncDone():  # while it waits for the join of its page (`parked`): `serve` has a shorter way
                await self._dispatcher.task_end(message.task, message.result)
            case Down() if message.ref in (self._transport, self._parent):
                # INV-4: it came behind all that the socket had brought
                detail = "closed" if message.ref == self._transport else "parent_exited"
                self._cycle.exit_reason = Shutdown(detail)
            case Down() if self._state.watches(message.ref):
                await self._dispatcher.down(message)
            case Down():
                await self._dispatcher.info(message)
            case CallRequest():
                await self._dispatcher.call(message)
            case CastRequest():
                await self._dispatcher.cast(message.request)
            case Redraw():
                await self._cycle.redraw()
            case ClientLeft():
                self._outbox.reply(message.ref, {})
                self._cycle.exit_reason = Shutdown("left")
            case _:
                await self._dispatcher.of_framework(message)

    async def _handle_frame(self, frame: ClientEvent) -> None:
        if frame.intake.is_over:
            self._drop(frame)
        else:
            await self._dispatcher.client_event(frame)
        frame.intake.handled(frame.size)

    def _drop(self, frame: ClientEvent) -> None:
        """The client has gone, and the time for what it left behind is over: say so once."""
        if self._is_dropping:
            return
        self._is_dropping = True
        name, waiting = type(self._view).__qualname__, frame.intake.events
        _log.warning("%s drops %d events of a client that has gone", name, waiting)
        span.event("handle_event.dropped", self._view, events=waiting)

    # -- the end ---------------------------------------------------------------

    def _tell_of_crash(self, error: BaseException) -> None:
        if is_fault(error):
            add_hint(error)
            span.event("crashed", self._view, error=one_error(error), socket=self._socket)

    async def _terminate(self, reason: object) -> None:
        owners = [self._state.owner, *(component.owner for component in self._outbox.components)]
        for owner in owners:
            if owner.has_postponed:
                for commit in owner.postponed.on_exit():
                    await self._commit_at_last(commit)
        await self._view.terminate(reason, self._socket)

    async def _commit_at_last(self, commit: Action) -> None:
        """One that fails keeps neither the others nor `terminate` from running."""
        try:
            await call(commit)
        except BaseException as error:
            if not is_own_end(error):
                raise
            _log.exception("%s: what was undoable failed when the view ended", type(self._view).__qualname__)
