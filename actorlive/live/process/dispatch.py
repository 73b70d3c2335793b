"""From a message to the callback that it is for: hooks first, refusals told, telemetry around, then the cycle's end.

An event has a target: something with a `handle_event`, hooks, and a table of the events that it understands. The view
is one. Its frame names no target, or a component by number; whoever can be named is found in one place, `_target`.

A plain event, without hooks, telemetry or navigation, passes two coroutines: `event` and the view's own handler. To
await is cheap, but seven coroutines, one for each of the steps below, cost 1.5 µs of the 12 of a small event. The
rejected alternative is a table of handlers by message type: its look-up costs what the first comparison here does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from actorlive import runtime, telemetry
from actorlive.live.endpoint import ClientEvent
from actorlive.live.events import Envelope, EventError, EventTable, UnknownEvent, parse_event
from actorlive.live.hooks import Halt, Hooks, call
from actorlive.live.later import Later
from actorlive.live.navigation import ForwardedPatch, LivePatch, location, on_host_of
from actorlive.live.process.cycle import Cycle
from actorlive.live.process.mounting import patch_to
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.spans import span, spanned
from actorlive.live.process.task_ends import apply_result
from actorlive.live.rejection import Rejected, refusals, say_no
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.tasks import AsyncTask
from actorlive.live.view import LiveView
from actorlive.runtime import NO_REPLY, CallRequest, Exit, Ok

__all__ = ["Dispatcher", "EventTarget"]

_log = logging.getLogger("actorlive.live")

HookedMessage = Literal["handle_info", "handle_async"]


class EventHandler(Protocol):
    """What has a `handle_event`."""

    async def handle_event(self, event: Any, socket: Socket, /) -> Mapping[str, Any] | None:
        """Handle one event; returns the reply to the client's `pushEvent`, or None."""
        ...


class EventTarget:
    """Whom an event is for: its handler, the `socket` for it, its hooks, and the events that it declares."""

    __slots__ = ("events", "handler", "hooks", "socket")

    def __init__(self, handler: EventHandler, socket: Socket, hooks: Hooks, events: EventTable) -> None:
        self.handler = handler
        self.socket = socket
        self.hooks = hooks
        self.events = events


class _LivePatch(msgspec.Struct):
    url: str


class _ClearFlash(msgspec.Struct):
    key: str | None = None


class Dispatcher:
    """Runs the callbacks of one view, one at a time."""

    __slots__ = ("_cycle", "_hooks", "_outbox", "_socket", "_state", "_view", "_view_target")

    def __init__(self, state: ViewState, socket: Socket, outbox: Outbox, cycle: Cycle) -> None:
        self._state = state
        self._socket = socket
        self._outbox = outbox
        self._cycle = cycle
        self._hooks = state.owner.hooks
        self._view: LiveView[Any] = state.view
        self._view_target = EventTarget(state.view, socket, state.owner.hooks, type(state.view).__events__)

    # -- frames of the client --------------------------------------------------

    async def client_event(self, frame: ClientEvent) -> None:
        """Handle a frame of the view's topic."""
        match frame.event:
            case "event":
                await self.event(frame)
            case "live_patch":
                await self._live_patch(frame)
            case "cids_destroyed":
                self._outbox.reply(frame.ref, {"cids": []})
            case "cids_will_destroy":
                self._outbox.reply(frame.ref, {})
            case unknown:
                name = type(self._view).__qualname__
                _log.warning("%s ignores a frame %.80r of its client", name, unknown)
                self._outbox.reply(frame.ref, {})

    async def event(self, frame: ClientEvent) -> None:
        """Handle an event of the page: a click, a form, a key, a hook's `pushEvent` (INV-14)."""
        try:
            envelope = parse_event(frame.payload)
        except EventError as error:
            self._log_rejection(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        reply: object = None
        try:
            target = self._target(envelope)
            if envelope.is_of_framework:
                self._handle_framework_event(envelope)
            elif target is None:
                pass  # its component is gone
            elif telemetry.enabled() or target.hooks.has("handle_event"):
                reply = await self._handle_behind_hooks(target, envelope)
            else:
                reply = await target.handler.handle_event(target.events.decode(envelope), target.socket)
        except (Rejected, BaseExceptionGroup) as error:
            self._take_back(envelope, await self._refuse(error))
        except UnknownEvent as error:
            if self._state.endpoint.debug:
                raise
            self._log_rejection(error, envelope.event)
        except EventError as error:
            self._log_rejection(error, envelope.event)
        if not self._cycle.end_at_once(frame.ref, reply):
            await self._cycle.end(frame.ref, reply)

    def _target(self, envelope: Envelope) -> EventTarget | None:
        """Whom an event is for; None when that is gone. A live component is to be found here by its number."""
        return self._view_target if envelope.cid is None else None

    async def _handle_behind_hooks(self, target: EventTarget, envelope: Envelope) -> object:
        if target.hooks.has("handle_event"):
            halt = await target.hooks.run("handle_event", envelope.raw, target.socket)
            if isinstance(halt, Halt):
                return halt.reply
        event = target.events.decode(envelope)
        with span("handle_event", target.handler, event=envelope.event, params=event):
            return await target.handler.handle_event(event, target.socket)

    def _handle_framework_event(self, envelope: Envelope) -> None:
        if envelope.event != "lv:clear-flash":
            raise EventError(f"unknown framework event {envelope.event!r:.80}")
        try:
            key = msgspec.json.decode(envelope.value, type=_ClearFlash).key
        except msgspec.MsgspecError as error:
            raise EventError(f"lv:clear-flash: {error}") from error
        self._socket.clear_flash(key)

    def _take_back(self, envelope: Envelope, rejected: Rejected) -> None:
        """The browser undoes what it showed, before the reply's patch."""
        stamp = envelope.stamp
        if stamp is not None:
            reason = {"id": stamp, "reason": rejected.message}
            self._socket.push_event("al:reject", reason, dispatch="before")

    def _log_rejection(self, error: Exception, event: str) -> None:
        name = type(self._view).__qualname__
        _log.warning("%s did not handle an event of its client: %s", name, error)
        misfits = error.misfits if isinstance(error, EventError) else ()
        span.event("handle_event.rejected", self._view, event=event, error=error, misfits=misfits)

    async def _live_patch(self, frame: ClientEvent) -> None:
        try:
            url = msgspec.json.decode(frame.payload, type=_LivePatch).url
        except msgspec.MsgspecError as error:
            self._log_rejection(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        url = on_host_of(self._state.uri, url)
        route = self._state.patch_route(url)
        if route is None:
            self._outbox.reply(frame.ref, {"link_redirect": True})
            return
        patched = await patch_to(self._state, self._socket, route, location(url))
        await self._cycle.end(frame.ref)
        if not patched and self._cycle.exit_reason is None:
            # The browser takes the answer for a yes: lead it back.
            self._outbox.push("live_patch", LivePatch(self._socket.path(), "replace").wire())

    # -- messages of processes -------------------------------------------------

    async def info(self, message: object) -> None:
        """Hand any other message to `handle_info`."""
        try:
            halted = self._hooks.has("handle_info") and await self._is_halted("handle_info", message)
            if not halted:
                handled = self._view.handle_info(message, self._socket)
                if telemetry.enabled():
                    handled = spanned(handled, "handle_info", self._view, message=message)
                await handled
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error)
        if not self._cycle.end_at_once():
            await self._cycle.end()

    async def of_framework(self, message: Later | ForwardedPatch) -> None:
        """Do what was postponed, or what a view within this one asked for."""
        match message:
            case Later():
                await self._do_later(message)
            case ForwardedPatch():
                await self._patch_for(message)

    async def _patch_for(self, message: ForwardedPatch) -> None:
        """Carry out a patch that a view within this one asked for."""
        for kind, text in message.flash.items():
            self._socket.put_flash(kind, text)
        self._state.navigation = message.patch
        await self._cycle.end()

    async def call(self, message: CallRequest) -> None:
        """Answer a `runtime.call`, after the render."""
        with span("handle_call", self._view, request=message.request):
            answer = await self._view.handle_call(message.request, message.caller, self._socket)
        await self._cycle.end()
        if answer is not NO_REPLY:
            runtime.reply(message.caller, answer)

    async def cast(self, request: object) -> None:
        """Handle a `runtime.cast`."""
        with span("handle_cast", self._view, request=request):
            await self._view.handle_cast(request, self._socket)
        await self._cycle.end()

    async def _do_later(self, later: Later) -> None:
        """Do what was postponed, unless it was taken back."""
        if not self._state.owner.postponed.is_due(later):
            return
        try:
            await call(later.action)
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error)
        await self._cycle.end()

    async def task_end(self, task: AsyncTask | None, result: Ok[Any] | Exit) -> None:
        """Handle the end of a task; None stands for one that was replaced, whose end nobody waits for."""
        if task is None:
            return
        result = task.end(result)
        if task.kind == "start":
            await self._handle_async(task.key, result)
        else:
            apply_result(self._state.owner, self._socket, task, result)
        if not self._cycle.end_at_once():
            await self._cycle.end()

    async def _handle_async(self, name: object, result: Ok[Any] | Exit) -> None:
        try:
            halted = self._hooks.has("handle_async") and await self._is_halted("handle_async", name, result)
            if not halted:
                handled = self._view.handle_async(name, result, self._socket)
                if telemetry.enabled():
                    handled = spanned(handled, "handle_async", self._view, name=name, result=result)
                await handled
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error)

    async def _is_halted(self, stage: HookedMessage, *args: object) -> bool:
        """Run the hooks of a callback; True when one of them halted."""
        return await self._hooks.run(stage, *args, self._socket) is not None

    async def _refuse(self, error: BaseException) -> Rejected:
        """A callback said no: tell the person; returns the first refusal. Raises `error` when it is anything else."""
        refused = refusals(error)
        if not refused:
            raise error
        await say_no(self._view, self._socket, refused)
        return refused[0]
