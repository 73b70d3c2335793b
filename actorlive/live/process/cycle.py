"""What follows every callback: it goes where the callback asked to go, renders what it changed, and answers.

One callback is one cycle: at most one navigation, one render and one diff (INV-2). The reply to an event leaves after
its render and carries its diff (INV-3). A live component that goes elsewhere is rendered before that, by itself, as it
was when it asked: where the page goes, it may not be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import msgspec

from actorlive import runtime
from actorlive.errors import CallbackError, NavigationError
from actorlive.live.navigation import ForwardedPatch, LivePatch, LiveRedirect, Redirect
from actorlive.live.process.mounting import follow_patches
from actorlive.live.process.outbox import Diff, Outbox
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.stateful import Stateful
from actorlive.places import fault, place_of
from actorlive.runtime import Shutdown
from actorlive.wire.serializer import encode_payload

__all__ = ["Cycle", "Departure", "departure", "leads_away"]


class Departure(NamedTuple):
    """How a view sends its visitor elsewhere: the frame's name, "redirect" or "live_redirect", and its payload."""

    kind: str
    payload: Mapping[str, Any]


def leads_away(state: ViewState) -> bool:
    """True when the view is to send its visitor elsewhere: patches, which it survives, are followed before."""
    return state.navigation is not None


def departure(state: ViewState) -> Departure:
    """The view's redirect, with the flash that this callback put. Raises `NavigationError` when it stays."""
    target = state.navigation
    flash = state.owner.flash.fresh
    token = state.endpoint.sign_flash(flash) if flash else None
    match target:
        case Redirect():
            return Departure("redirect", target.wire(token))
        case LiveRedirect():
            return Departure("live_redirect", target.wire(token))
        case _:
            raise NavigationError(f"{target!r} does not lead away from this view")


def forward_patch(state: ViewState) -> None:
    """Give a patch of a view within the page to the root, whose URL it is; this view's cycle goes on without it."""
    patch = state.navigation
    if state.lineage is not None and isinstance(patch, LivePatch):
        state.navigation = None
        runtime.send(state.lineage.root, ForwardedPatch(patch, dict(state.owner.flash.fresh)))


class Cycle:
    """Ends the cycles of one view; `exit_reason` is why the view itself is to end, None while it goes on."""

    __slots__ = ("_components", "_hooks", "_outbox", "_socket", "_state", "exit_reason")

    def __init__(self, state: ViewState, socket: Socket, outbox: Outbox) -> None:
        self._state = state
        self._socket = socket
        self._outbox = outbox
        self._components = outbox.components
        self._hooks = state.owner.hooks
        self.exit_reason: Shutdown | None = None

    def end_at_once(self, ref: str | None = None, reply: object = None) -> bool:
        """What `end` does, without a coroutine, where there is nothing to wait for; False where there is, and `end` has
        to do it: a navigation, hooks, live components."""
        state, outbox = self._state, self._outbox
        if state.navigation is not None or "after_render" in self._hooks.by_stage or self._components.acted:
            return False
        encoded = None if reply is None else self._encode(reply, state.view)
        if outbox.start():
            return False
        diff = outbox.finish()
        if encoded is not None:
            diff["r"] = encoded
        outbox.send_diff(ref, diff)
        state.end_of_cycle()
        return True

    async def end(
        self,
        ref: str | None = None,
        reply: object = None,
        handler: Stateful[Any] | None = None,
        response: Mapping[str, Any] | None = None,
    ) -> None:
        """End the cycle of one callback; `ref` is that of the frame that it handled, `reply` what `handler` returned
        (by default the view), `response` what the answer holds beside the diff."""
        patch = None
        if self._state.navigation is not None:
            self._components.hand_over_flash()
            if self._components.acted:
                await self._show_acted()
            forward_patch(self._state)
            patch = await follow_patches(self._state, self._socket)
            if leads_away(self._state):
                await self._depart(ref)
                return
        encoded = None if reply is None else self._encode(reply, handler or self._state.view)
        self._send(ref, await self._render(), encoded, patch, response)
        await self.after_render()

    async def _show_acted(self) -> None:
        """Push what the components show whose callbacks ran, and their events."""
        await self._components.settle([])
        self._outbox.send_diff(None, self._outbox.finish_components())
        self._state.events = []
        await self._components.after_render()

    async def _render(self) -> Diff:
        await self._components.settle(self._outbox.start())
        return self._outbox.finish()

    async def render_all(self) -> Diff:
        """The whole tree, for a join."""
        await self._components.settle(self._outbox.start_all())
        return self._outbox.finish()

    def _send(
        self,
        ref: str | None,
        diff: Diff,
        encoded: msgspec.Raw | None,
        patch: LivePatch | None = None,
        response: Mapping[str, Any] | None = None,
    ) -> None:
        """Send what was rendered."""
        if encoded is not None:
            diff["r"] = encoded
        if patch is not None:  # the client changes the URL first, then shows what belongs to it
            self._outbox.push("live_patch", patch.wire())
        if response is None:
            self._outbox.send_diff(ref, diff)
        else:
            self._outbox.reply(ref, {"diff": diff, **response} if diff else response)
        self._state.end_of_cycle()

    async def redraw(self) -> None:
        """Render everything anew and send it: a template has been exchanged."""
        self._components.redraw()
        self._outbox.send_diff(None, await self.render_all())
        self._state.end_of_cycle()
        await self._components.after_render()

    def _encode(self, reply: object, handler: Stateful[Any]) -> msgspec.Raw:
        name = type(handler).__qualname__
        if not isinstance(reply, Mapping):
            raise fault(
                CallbackError,
                f"{name}.handle_event returned {reply!r:.80}",
                place_of(type(handler).handle_event),
                "return a mapping to reply to the page, or nothing",
            )
        return encode_payload(cast("Mapping[str, object]", reply), f"what {name}.handle_event returned")

    async def after_render(self) -> None:
        """Run the `after_render` hooks."""
        if self._hooks.has("after_render"):
            await self._hooks.after_render(self._socket)
        await self._components.after_render()

    async def _depart(self, ref: str | None) -> None:
        """The view ends by sending its visitor elsewhere, and renders nothing for it. A sticky one goes along with its
        visitor: it shows what changed, and lives on, unless the whole page is to be loaded."""
        kind, payload = departure(self._state)
        stays = self._state.sticky and kind == "live_redirect"
        diff = await self._render() if stays else {}
        if diff:
            self._outbox.send_diff(None, diff)
        elif self._state.events:
            self._outbox.push("diff", {"e": self._state.events})
        if ref is not None:
            self._outbox.reply(ref, {kind: payload})
        else:
            self._outbox.push(kind, payload)
        if stays:
            self._state.navigation = None
            self._state.end_of_cycle()
        else:
            self.exit_reason = Shutdown((kind, payload))
