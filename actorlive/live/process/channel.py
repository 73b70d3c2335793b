"""Channel: the process of one connected view (LiveView's `Phoenix.LiveView.Channel`).

One loop takes one message at a time from the mailbox (INV-1): a frame of the client, the end of a task, a timer, a
broadcast, the socket's DOWN. Each is one callback, then at most one render and at most one diff (INV-2). The reply to
an event leaves after that render and carries its diff, so replies are in the order of the events and each shows
exactly what was done up to it (INV-3); that is what the client's locks rely on.

The process lives in the node, never in a socket's task: the end of the socket is a message behind the events that
came before it (INV-4). A callback that raises ends this process alone (INV-7); its connection sees the DOWN and says
`phx_error`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from actorlive import runtime, telemetry
from actorlive.errors import CallbackError, NavigationError
from actorlive.live.endpoint import ClientEvent, JoinFailed, Leave, Mount, Transport
from actorlive.live.events import EventError, Payload, UnknownEvent, optimistic_stamp, parse_event, raw_event
from actorlive.live.hooks import Halt, call
from actorlive.live.later import Action, Later
from actorlive.live.navigation import LivePatch, LiveRedirect, Redirect, location, on_host_of
from actorlive.live.process.mounting import (
    begin,
    client_error,
    follow_patches,
    one_error,
    open_view,
    patch_to,
)
from actorlive.live.process.outbox import Outbox
from actorlive.live.process.spans import span
from actorlive.live.process.task_ends import apply_result
from actorlive.live.process.trespass import refuse_others
from actorlive.live.rejection import Rejected, refusals, say_no
from actorlive.live.tasks import AsyncDone, AsyncTask
from actorlive.live.view import LiveView
from actorlive.runtime import NO_REPLY, CallRequest, CastRequest, Down, Exit, Node, Ok, Pid, Shutdown
from actorlive.runtime.faults import add_hint, is_fault, is_own_end, reason_of
from actorlive.wire.serializer import encode_payload

__all__ = ["CLIENT_VERSION", "Channel", "start_channel"]

CLIENT_VERSION = "1.2.12"
"""The version of the official client that is bundled; it warns when the server names another."""

_log = logging.getLogger("actorlive.live")


def start_channel(node: Node, mount: Mount, transport: Transport) -> Pid:
    """Begin a connected view as a process of the node. It answers the join itself."""
    return node.spawn(_run, mount, transport)


async def _run(mount: Mount, transport: Transport) -> None:
    runtime.set_label(mount.route.view.__qualname__)
    channel = Channel(mount, transport)
    failed = await channel.join(mount)
    del mount, transport  # a view that lives on keeps nothing of its join
    runtime.exit(await channel.serve() if failed is None else Shutdown(failed))


class _LivePatch(msgspec.Struct):
    url: str


class _ClearFlash(msgspec.Struct):
    key: str | None = None


class Channel:
    """A connected view and the loop around it."""

    __slots__ = ("_dropping", "_ended", "_outbox", "_socket", "_state", "_transport_monitor", "_view")

    def __init__(self, mount: Mount, transport: Transport) -> None:
        self._transport_monitor = runtime.monitor(transport.pid)
        self._state, self._socket = open_view(mount, runtime.self(), transport.pid)
        self._view: LiveView[Any] = self._state.view
        if mount.endpoint.debug:
            refuse_others(self._view, runtime.self())
        self._outbox = Outbox(self._state, mount, transport)
        self._ended: object | None = None
        self._dropping = False

    # -- join ------------------------------------------------------------------

    async def join(self, mount: Mount) -> JoinFailed | None:
        """The first callbacks and the answer to `phx_join`; why there is no view when it was refused."""
        try:
            with span("mount", self._view, connected=True):
                await begin(self._state, self._socket, mount)
            patch = await follow_patches(self._state, self._socket)
            if self._leads_away():
                self._refuse(mount.ref, self._redirect_body())
                return JoinFailed()
            rendered = self._outbox.render_all()
        except BaseException as error:
            if not is_fault(error):
                raise
            return self._join_crashed(mount.ref, error)
        response = {"rendered": rendered, "liveview_version": CLIENT_VERSION}
        self._outbox.reply(mount.ref, response if patch is None else {**response, "live_patch": patch.wire()})
        self._state.end_of_cycle()
        await self._state.hooks.after_render(self._socket)
        return None

    def _refuse(self, ref: str | None, response: Mapping[str, Any]) -> None:
        self._outbox.reply(ref, response, "error")

    def _join_crashed(self, ref: str | None, error: BaseException) -> JoinFailed:
        """A 4xx becomes a page load that answers with that status; anything else is a crash of this view."""
        error = one_error(error)
        status = client_error(error)
        if status is not None:
            token = self._state.endpoint.sign_reload(status)
            self._refuse(ref, {"reason": "reload", "status": status, "token": token})
            return JoinFailed()
        add_hint(error)
        _log.error("%s raised while it was mounted", type(self._view).__qualname__, exc_info=error)
        self._refuse(ref, {"reason": "join crashed"})
        return JoinFailed(error)

    # -- the loop --------------------------------------------------------------

    async def serve(self) -> object:
        """Handle messages until the view ends; its exit reason."""
        try:
            while self._ended is None:
                await self._handle(await runtime.receive())
        except BaseException as error:
            if is_own_end(error):
                await self._terminate(reason_of(error))
            raise
        await self._terminate(self._ended)
        return self._ended

    async def _terminate(self, reason: object) -> None:
        for commit in self._state.pending.on_exit():
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

    async def _handle(self, message: object) -> None:
        kind = type(message)
        if kind is ClientEvent:
            frame = cast("ClientEvent", message)
            if frame.intake.is_over:
                self._drop(frame)
            else:
                await self._client_event(frame)
            frame.intake.handled(frame.size)
        elif kind is AsyncDone:
            done = cast("AsyncDone", message)
            await self._async_end(self._state.tasks.finished(done), done.result)
        elif kind is Down and await self._own_down(cast("Down", message)):
            return
        elif kind is Later:
            await self._later(cast("Later", message))
        elif kind is CallRequest:
            await self._call(cast("CallRequest", message))
        elif kind is CastRequest:
            await self._view.handle_cast(cast("CastRequest", message).request, self._socket)
            await self._finish(None)
        elif kind is Leave:
            self._outbox.reply(cast("Leave", message).ref, {})
            self._ended = Shutdown("left")
        else:
            await self._info(message)

    async def _own_down(self, down: Down) -> bool:
        """The DOWN of the transport or of a task; False for one that the view asked for itself."""
        if down.ref == self._transport_monitor:  # INV-4: it came behind all that the socket had brought
            self._ended = Shutdown("closed")
            return True
        if self._state.has_tasks and self._state.tasks.watches(down.ref):
            await self._async_end(self._state.tasks.went_down(down), Exit(down.reason))
            return True
        return False

    async def _call(self, message: CallRequest) -> None:
        answer = await self._view.handle_call(message.request, message.caller, self._socket)
        await self._finish(None)
        if answer is not NO_REPLY:
            runtime.reply(message.caller, answer)

    async def _later(self, later: Later) -> None:
        if not self._state.pending.is_due(later):
            return
        try:
            await call(later.action)
        except (Rejected, BaseExceptionGroup) as error:
            await self._refused(error)
        await self._finish(None)

    async def _info(self, message: object) -> None:
        hooks = self._state.hooks
        try:
            if not (hooks.has("handle_info") and await hooks.run("handle_info", message, self._socket)):
                await self._view.handle_info(message, self._socket)
        except (Rejected, BaseExceptionGroup) as error:
            await self._refused(error)
        await self._finish(None)

    async def _async_end(self, task: AsyncTask | None, result: Ok[Any] | Exit) -> None:
        if task is None:
            return
        result = task.end(result)
        if task.kind != "start":
            apply_result(self._state, self._socket, task, result)
        else:
            await self._handle_async(task.key, result)
        await self._finish(None)

    async def _handle_async(self, name: object, result: Ok[Any] | Exit) -> None:
        hooks = self._state.hooks
        try:
            if not (
                hooks.has("handle_async") and await hooks.run("handle_async", name, result, self._socket)
            ):
                await self._view.handle_async(name, result, self._socket)
        except (Rejected, BaseExceptionGroup) as error:
            await self._refused(error)

    # -- frames of the client --------------------------------------------------

    def _drop(self, frame: ClientEvent) -> None:
        """The client has gone, and the time for what it left behind is over: say so once."""
        if self._dropping:
            return
        self._dropping = True
        name, waiting = type(self._view).__qualname__, frame.intake.events
        _log.warning("%s drops %d events of a client that has gone", name, waiting)
        span.event("handle_event.dropped", self._view, events=waiting)

    async def _client_event(self, frame: ClientEvent) -> None:
        if frame.event == "event":
            await self._event(frame)
        elif frame.event == "live_patch":
            await self._live_patch(frame)
        elif frame.event == "cids_destroyed":
            self._outbox.reply(frame.ref, {"cids": []})
        else:
            if frame.event != "cids_will_destroy":
                _log.warning(
                    "%s ignores a frame %.80r of its client", type(self._view).__qualname__, frame.event
                )
            self._outbox.reply(frame.ref, {})

    async def _event(self, frame: ClientEvent) -> None:
        try:
            payload = parse_event(frame.payload)
        except EventError as error:
            self._rejected(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        try:
            if payload.event.startswith("lv:"):
                reply = self._framework_event(payload)
            elif payload.cid is not None:
                reply = None  # its component is gone
            else:
                reply = await self._view_event(payload)
        except (Rejected, BaseExceptionGroup) as error:
            reply = None
            self._take_back(payload, await self._refused(error))
        except EventError as error:
            self._rejected(error, payload.event)
            reply = None
        await self._finish(frame.ref, reply)

    async def _view_event(self, payload: Payload) -> Mapping[str, Any] | None:
        hooks = self._state.hooks
        if hooks.has("handle_event"):
            halt = await hooks.run("handle_event", raw_event(payload), self._socket)
            if isinstance(halt, Halt):
                return halt.reply
        try:
            event = type(self._view).__events__.decode(payload)
        except UnknownEvent as error:
            if self._state.endpoint.debug:
                raise
            self._rejected(error, payload.event)
            return None
        if not telemetry.enabled():
            return await self._view.handle_event(event, self._socket)
        with span("handle_event", self._view, event=payload.event):
            return await self._view.handle_event(event, self._socket)

    async def _refused(self, error: BaseException) -> Rejected:
        """A callback said no: tell the person; returns the first refusal. Raises `error` when it is anything else."""
        refused = refusals(error)
        if not refused:
            raise error
        await say_no(self._view, self._socket, refused)
        return refused[0]

    def _take_back(self, payload: Payload, rejected: Rejected) -> None:
        """The browser undoes what it showed, before the reply's patch."""
        stamp = optimistic_stamp(payload)
        if stamp is not None:
            reason = {"id": stamp, "reason": rejected.message}
            self._socket.push_event("al:reject", reason, dispatch="before")

    def _rejected(self, error: Exception, event: str) -> None:
        name = type(self._view).__qualname__
        _log.warning("%s did not handle an event of its client: %s", name, error)
        misfits = error.misfits if isinstance(error, EventError) else ()
        span.event("handle_event.rejected", self._view, event=event, error=error, misfits=misfits)

    def _framework_event(self, payload: Payload) -> None:
        if payload.event != "lv:clear-flash":
            raise EventError(f"unknown framework event {payload.event!r:.80}")
        try:
            key = msgspec.json.decode(payload.value, type=_ClearFlash).key
        except msgspec.MsgspecError as error:
            raise EventError(f"lv:clear-flash: {error}") from error
        self._socket.clear_flash(key)

    async def _live_patch(self, frame: ClientEvent) -> None:
        try:
            url = msgspec.json.decode(frame.payload, type=_LivePatch).url
        except msgspec.MsgspecError as error:
            self._rejected(error, frame.event)
            self._outbox.reply(frame.ref, {})
            return
        url = on_host_of(self._state.uri, url)
        route = self._state.patch_route(url)
        if route is None:
            self._outbox.reply(frame.ref, {"link_redirect": True})
            return
        patched = await patch_to(self._state, self._socket, route, location(url))
        await self._finish(frame.ref)
        if not patched and self._ended is None:  # the browser takes the answer for a yes: lead it back
            self._outbox.push("live_patch", LivePatch(self._socket.path(), "replace").wire())

    # -- after a callback ------------------------------------------------------

    async def _finish(self, ref: str | None, reply: object = None) -> None:
        """Carry out where the callback wants to go, render what it changed, answer."""
        patch = None
        if self._state.navigation is not None:
            patch = await follow_patches(self._state, self._socket)
        if self._leads_away():
            self._go(ref)
            return
        answer = None if reply is None else self._answer(reply)
        diff = self._outbox.render_changes()
        if answer is not None:
            diff["r"] = answer
        if patch is not None:  # the client changes the URL first, then shows what belongs to it
            self._outbox.push("live_patch", patch.wire())
        self._outbox.send_diff(ref, diff)
        self._state.end_of_cycle()
        if self._state.hooks.has("after_render"):
            await self._state.hooks.after_render(self._socket)

    def _answer(self, reply: object) -> msgspec.Raw:
        name = type(self._view).__qualname__
        if not isinstance(reply, Mapping):
            raise CallbackError(
                f"{name}.handle_event returned {reply!r:.80}; return a mapping to reply, or None"
            )
        return encode_payload(cast("Mapping[str, object]", reply), f"what {name}.handle_event returned")

    def _leads_away(self) -> bool:
        return self._state.navigation is not None

    def _go(self, ref: str | None) -> None:
        """The view ends by sending its visitor elsewhere; nothing is rendered for it."""
        body = self._redirect_body()
        events = body.pop("events")
        if events:
            self._outbox.push("diff", {"e": events})
        if ref is not None:
            self._outbox.reply(ref, body)
        else:
            for event, payload in body.items():
                self._outbox.push(event, payload)
        self._ended = Shutdown(next(iter(body.items())))

    def _redirect_body(self) -> dict[str, Any]:
        state = self._state
        target = state.navigation
        flash = state.flash.fresh if state.mounted else state.flash.shown
        token = state.endpoint.sign_flash(flash) if flash else None
        match target:
            case Redirect():
                return {"redirect": target.wire(token), "events": state.events}
            case LiveRedirect():
                return {"live_redirect": target.wire(token), "events": state.events}
            case _:
                raise NavigationError(f"{target!r} does not lead away from this view")
