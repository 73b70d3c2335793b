"""From a message to the callback that it is for: hooks first, refusals told, telemetry around, then the cycle's end.

An event, the end of a task and what was postponed have a target: the view, or one of its live components. They name
none, or a component by number, and `_target` finds it; what is for a component that is gone is dropped.

A plain event, or the end of a plain task, without hooks, telemetry or navigation, passes two coroutines: `event` or
`task_end`, and the view's own handler. To await is cheap, but seven coroutines, one for each of the steps below, cost
1.5 µs of the 12 of a small event. The rejected alternative is a table of handlers by message type: its look-up costs
what the first comparison here does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, Literal

import msgspec

from actorlive import runtime, telemetry
from actorlive.live.assigns import MISSING, shared_assigns
from actorlive.live.endpoint import AssignWanted, ClientEvent
from actorlive.live.events import NO_UPLOADS, OF_FRAMEWORK, Envelope, EventError, UnknownEvent, parse_event
from actorlive.live.examining import ComponentSnapshot, Examination, ViewSnapshot
from actorlive.live.hooks import Halt, call
from actorlive.live.keeper import KeptDue
from actorlive.live.later import Later
from actorlive.live.navigation import ForwardedPatch, LivePatch, location, on_host_of
from actorlive.live.process.cycle import Cycle
from actorlive.live.process.mounting import patch_to
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.spans import component_span, span, spanned
from actorlive.live.process.targets import CallbackTarget, MountedComponent
from actorlive.live.process.task_ends import apply_result
from actorlive.live.process.uploading import Uploading, select_files
from actorlive.live.rejection import Rejected, refusals, say_no
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.tasks import AsyncTask
from actorlive.live.updates import ComponentUpdate
from actorlive.live.uploads.messages import UploadAsked, UploadFailed, UploadFinished, UploadMessage
from actorlive.live.view import LiveView
from actorlive.runtime import NO_REPLY, CallRequest, Down, Exit, Ok

__all__ = ["Dispatcher", "FrameworkMessage"]

_log = logging.getLogger("actorlive.live")

HookedMessage = Literal["handle_info", "handle_async"]

FrameworkMessage = Later | ForwardedPatch | ComponentUpdate | UploadMessage | KeptDue
"""What the framework sends to a view for its own ends."""


class _LivePatch(msgspec.Struct):
    url: str


class _ClearFlash(msgspec.Struct):
    key: str | None = None


class _Cids(msgspec.Struct):
    cids: list[int]


class Dispatcher:
    """Runs the callbacks of one view, one at a time."""

    __slots__ = ("_components", "_cycle", "_hooks", "_outbox", "_socket", "_state", "_view", "_view_target")

    def __init__(self, state: ViewState, socket: Socket, outbox: Outbox, cycle: Cycle) -> None:
        self._state = state
        self._socket = socket
        self._outbox = outbox
        self._cycle = cycle
        self._hooks = state.owner.hooks
        self._view: LiveView[Any] = state.view
        self._view_target = CallbackTarget(state.view, socket, state.owner)
        self._components = outbox.components

    # -- frames of the client --------------------------------------------------

    async def client_event(self, frame: ClientEvent) -> None:
        """Handle a frame of the view's topic."""
        match frame.event:
            case "event":
                await self.event(frame)
            case "live_patch":
                await self._live_patch(frame)
            case "cids_destroyed" | "cids_will_destroy":
                await self._components_leave(frame)
            case "allow_upload":
                await self._uploading().allow(frame)
            case "progress":
                await self._uploading().progress(frame)
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
        target = self._view_target if envelope.cid is None else self._components.get(envelope.cid)
        if target is None:
            self._outbox.reply(frame.ref, {})
            return
        reply: object = None
        try:
            if envelope.uploads is not NO_UPLOADS:
                select_files(target, envelope.uploads)
            if (
                target is not self._view_target
                or "handle_event" in target.hooks.by_stage
                or envelope.event.startswith(OF_FRAMEWORK)
                or telemetry.enabled()
            ):
                reply = await self._handle_at_length(target, envelope)
            else:
                reply = await target.handler.handle_event(target.events.decode(envelope), target.socket)
        except (Rejected, BaseExceptionGroup) as error:
            self._take_back(envelope, await self._refuse(error, target))
        except UnknownEvent as error:
            if self._state.endpoint.debug:
                raise
            self._log_rejection(error, envelope.event, target)
        except EventError as error:
            self._log_rejection(error, envelope.event, target)
        if not self._cycle.end_at_once(frame.ref, reply):
            await self._cycle.end(frame.ref, reply, target.handler)

    def _target(self, cid: int | None) -> CallbackTarget | None:
        """Whom a message is for; None for a live component that is gone."""
        return self._view_target if cid is None else self._components.get(cid)

    async def _handle_at_length(self, target: CallbackTarget, envelope: Envelope) -> object:
        if envelope.event.startswith(OF_FRAMEWORK):
            self._handle_framework_event(envelope, target)
            return None
        handling = self._handle_behind_hooks(target, envelope)
        if isinstance(target, MountedComponent):
            return await self._components.act(target, handling)
        return await handling

    async def _handle_behind_hooks(self, target: CallbackTarget, envelope: Envelope) -> object:
        if target.hooks.has("handle_event"):
            halt = await target.hooks.run("handle_event", envelope.raw, target.socket)
            if isinstance(halt, Halt):
                return halt.reply
        event = target.events.decode(envelope)
        with self._event_span(target, envelope.event, event):
            return await target.handler.handle_event(event, target.socket)

    def _event_span(self, target: CallbackTarget, event: str, params: object) -> span:
        if isinstance(target, MountedComponent):
            component = target.component
            return component_span("handle_event", self._view, component=component, event=event, params=params)
        return span("handle_event", self._view, event=event, params=params)

    def _handle_framework_event(self, envelope: Envelope, target: CallbackTarget) -> None:
        if envelope.event != "lv:clear-flash":
            raise EventError(f"unknown framework event {envelope.event!r:.80}")
        try:
            key = msgspec.json.decode(envelope.value, type=_ClearFlash).key
        except msgspec.MsgspecError as error:
            raise EventError(f"lv:clear-flash: {error}") from error
        target.socket.clear_flash(key)
        if isinstance(target, MountedComponent):
            self._components.note(target)

    def _take_back(self, envelope: Envelope, rejected: Rejected) -> None:
        """The browser undoes what it showed, before the reply's patch."""
        stamp = envelope.stamp
        if stamp is not None:
            reason = {"id": stamp, "reason": rejected.message}
            self._socket.push_event("al:reject", reason, dispatch="before")

    def _log_rejection(self, error: Exception, event: str, target: CallbackTarget | None = None) -> None:
        _log.warning("%s did not handle an event of its client: %s", target or self._view_target, error)
        misfits = error.misfits if isinstance(error, EventError) else ()
        span.event("handle_event.rejected", self._view, event=event, error=error, misfits=misfits)

    async def _components_leave(self, frame: ClientEvent) -> None:
        """The client is about to remove live components, or has removed them."""
        try:
            cids = msgspec.json.decode(frame.payload, type=_Cids).cids
        except msgspec.MsgspecError as error:
            self._log_rejection(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        if frame.event == "cids_will_destroy":
            self._components.mark(cids)
            self._outbox.reply(frame.ref, {})
            return
        gone = await self._components.destroy(cids)
        self._outbox.reply(frame.ref, {"cids": gone})
        if gone:
            await self._cycle.end()

    async def _live_patch(self, frame: ClientEvent) -> None:
        try:
            url = msgspec.json.decode(frame.payload, type=_LivePatch).url
        except msgspec.MsgspecError as error:
            self._log_rejection(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        url = on_host_of(self._state.uri, url, self._state.endpoint.max_url)
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
            halted = self._hooks.has("handle_info") and await self._is_halted(
                self._view_target, "handle_info", message
            )
            if not halted:
                handled = self._view.handle_info(message, self._socket)
                if telemetry.enabled():
                    handled = spanned(handled, "handle_info", self._view, message=message)
                await handled
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error, self._view_target)
        if not self._cycle.end_at_once():
            await self._cycle.end()

    async def of_framework(self, message: FrameworkMessage) -> None:
        """Do what was postponed, what a view within this one asked for, what `send_update` did, or an upload tells; or
        tell the page what it is to keep."""
        match message:
            case Later():
                await self._do_later(message)
            case ForwardedPatch():
                await self._patch_for(message)
            case ComponentUpdate():
                await self._update(message)
            case UploadAsked() | UploadFinished() | UploadFailed():
                await self._uploading().message(message)
            case KeptDue():
                if self._state.kept is not None:
                    self._state.kept.due()

    async def down(self, message: Down) -> None:
        """A process of the view's own has ended: a task without a value, or one that took a file."""
        task = self._state.tasks.get(message.ref)
        if task is not None:
            await self.task_end(task, Exit(message.reason))
        elif self._state.transfers is not None:
            await self._uploading().ended(self._state.transfers[message.ref])

    def _uploading(self) -> Uploading:
        return Uploading(self._state, self._outbox, self._cycle, self._target)

    async def _patch_for(self, message: ForwardedPatch) -> None:
        """Carry out a patch that a view within this one asked for."""
        for kind, text in message.flash.items():
            self._socket.put_flash(kind, text)
        self._state.navigation = message.patch
        await self._cycle.end()

    def _snapshot(self) -> ViewSnapshot:
        state, socket = self._state, self._socket
        components = tuple(
            ComponentSnapshot(
                each.cid, type(each.component), each.component.id, dict(each.component.__dict__)
            )
            for each in self._components
        )
        return ViewSnapshot(
            state.pid,
            type(state.view),
            state.dom_id,
            state.uri if state.routed else None,
            dict(state.view.__dict__),
            socket.parent_pid,
            socket.root_pid,
            state.transport_pid,
            components,
        )

    async def call(self, message: CallRequest) -> None:
        """Answer a `runtime.call`, after the render. A view within this one that is mounting asks for an assign."""
        if isinstance(message.request, AssignWanted):
            wanted = shared_assigns(self._view).get(message.request.name, MISSING)
            runtime.reply(message.caller, wanted)
            return
        if isinstance(message.request, Examination):
            runtime.reply(message.caller, self._snapshot())
            return
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
        target = self._target(later.cid)
        if target is None or not target.owner.postponed.is_due(later):
            return
        try:
            await self._act(target, call(later.action))
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error, target)
        await self._cycle.end()

    async def _update(self, message: ComponentUpdate) -> None:
        """Update a live component as `send_update` asks for."""
        component = self._components.find(message.component, message.id)
        if component is None:
            name = message.component.__qualname__
            _log.debug("%s has no %s with the id %r to update", self._view_target, name, message.id)
            return
        await self._components.update(component, message.assigns)
        await self._cycle.end()

    async def task_end(self, task: AsyncTask, result: Ok[Any] | Exit) -> None:
        """Handle the end of a task, unless it was replaced, or its owner is gone: then nobody waits for it."""
        self._state.tasks.pop(task.monitor, None)
        target = self._target(task.cid)
        if target is None or not target.owner.tasks.take_if_current(task):
            return
        result = task.end(result)
        try:
            if (
                task.kind != "start"
                or target is not self._view_target
                or "handle_async" in target.hooks.by_stage
                or telemetry.enabled()
            ):
                await self._act(target, self._handle_end(target, task, result))
            else:
                await self._view.handle_async(task.key, result, self._socket)
        except (Rejected, BaseExceptionGroup) as error:
            await self._refuse(error, target)
        if not self._cycle.end_at_once():
            await self._cycle.end()

    async def _handle_end(self, target: CallbackTarget, task: AsyncTask, result: Ok[Any] | Exit) -> None:
        if task.kind != "start":
            apply_result(target.owner, target.socket, task, result)
            return
        if target.hooks.has("handle_async") and await self._is_halted(
            target, "handle_async", task.key, result
        ):
            return
        handled = target.handler.handle_async(task.key, result, target.socket)
        if telemetry.enabled() and target is self._view_target:
            handled = spanned(handled, "handle_async", self._view, name=task.key, result=result)
        await handled

    def _act(self, target: CallbackTarget, callback: Awaitable[object]) -> Awaitable[object]:
        """A callback of the target, to be awaited, so that what it changes is rendered."""
        return self._components.act(target, callback) if isinstance(target, MountedComponent) else callback

    async def _is_halted(self, target: CallbackTarget, stage: HookedMessage, *args: object) -> bool:
        """Run the hooks of a callback; True when one of them halted."""
        return await target.hooks.run(stage, *args, target.socket) is not None

    async def _refuse(self, error: BaseException, target: CallbackTarget) -> Rejected:
        """A callback said no: tell the person; returns the first refusal. Raises `error` when it is anything else."""
        refused = refusals(error)
        if not refused:
            raise error
        await say_no(target.handler, target.socket, self._socket, refused)
        return refused[0]
