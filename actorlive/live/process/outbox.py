"""What one callback has to tell the client: the diff and what travels with it, then the frame (INV-2, INV-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import telemetry
from actorlive.live.assigns import changes, clear_changes
from actorlive.live.endpoint import JoinAddress, Transport
from actorlive.live.process.layout import framed
from actorlive.live.process.mutation import MutationGuard
from actorlive.live.process.nests import LiveNest
from actorlive.live.process.spans import span
from actorlive.live.properties import Properties, readable
from actorlive.live.state import ViewState
from actorlive.live.stateful import template_of
from actorlive.template import Renderer, Template
from actorlive.template.rendering.nesting import nest_variable
from actorlive.wire.serializer import encode_push, encode_reply

__all__ = ["Diff", "Outbox"]

Diff = dict[Any, Any]


class Outbox:
    """Renders a view and sends what changed. One per channel; it keeps the memory between renders."""

    __slots__ = ("_address", "_guard", "_nest", "_properties", "_renderer", "_send", "_state")

    def __init__(self, state: ViewState, address: JoinAddress, transport: Transport) -> None:
        self._state = state
        self._address = address
        self._send = transport.send
        self._renderer = Renderer()
        self._nest = LiveNest(state)
        nest_variable.set(self._nest)  # for as long as this process lives
        self._properties = Properties(state.view) if type(state.view).__properties__ else None
        self._guard = MutationGuard(state.view) if state.endpoint.debug else None

    def render_all(self) -> Diff:
        """The whole tree, for a join."""
        view = self._state.view
        if self._guard is not None:
            self._guard.check(template_of(view))
        diff = self._render(None)
        if view.page_title is not None:
            diff["t"] = view.page_title
        return self._finish_render(diff)

    def render_changes(self) -> Diff:
        """The diff since the last render; empty when nothing changed."""
        view = self._state.view
        changed = changes(view)
        if self._guard is not None:
            self._guard.check(template_of(view))
        if not changed:
            return self._finish_render({}) if self._state.events else {}
        if self._properties is not None:
            changed = changed | self._properties.changes(changed)
        diff = self._render(changed)
        if "page_title" in changed:
            diff["t"] = view.page_title or ""
        return self._finish_render(diff)

    def _render(self, changed: Mapping[str, object] | None) -> Diff:
        if not telemetry.enabled():
            return self._renderer.render(*self._framed(changed))
        with span("render", self._state.view, changed=changed and frozenset(changed)):
            return self._renderer.render(*self._framed(changed))

    def _framed(
        self, changed: Mapping[str, object] | None
    ) -> tuple[Template, Mapping[str, Any], Mapping[str, object] | None]:
        view, layout = self._state.view, self._state.layout
        assigns = readable(view, self._properties)
        if layout is None:
            return template_of(view), assigns, changed
        return framed(layout, template_of(view), assigns, changed)

    def _finish_render(self, diff: Diff) -> Diff:
        if self._state.events:
            diff["e"] = self._state.events
        clear_changes(self._state.view)
        owner = self._state.owner
        if owner.touched or owner.temporary:
            owner.end_of_render()
        if self._nest.taken:
            self._nest.end_render()
        if self._guard is not None:
            self._guard.remember()
        return diff

    def reply(self, ref: str | None, response: Mapping[str, Any], status: str = "ok") -> None:
        """Answer a frame of the client; one without a ref wants no answer."""
        if ref is not None:
            address = self._address
            self._send(encode_reply(address.join_ref, ref, address.topic, status, response))

    def answer_join(self, response: Mapping[str, Any]) -> None:
        """Answer the `phx_join`."""
        self.reply(self._address.ref, response)

    def refuse_join(self, response: Mapping[str, Any]) -> None:
        """Answer the `phx_join` with an error: there will be no view."""
        self.reply(self._address.ref, response, "error")

    def push(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send a frame that answers nothing."""
        self._send(encode_push(self._address.join_ref, self._address.topic, event, payload))

    def send_diff(self, ref: str | None, diff: Diff) -> None:
        """A diff as the reply to `ref`, or pushed by itself when there is no ref and something to say."""
        if ref is not None:
            address, response = self._address, {"diff": diff} if diff else {}
            self._send(encode_reply(address.join_ref, ref, address.topic, "ok", response))
        elif diff:
            self.push("diff", diff)
