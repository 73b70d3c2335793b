"""What one callback has to tell the client: the diff and what travels with it, then the frame (INV-2, INV-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actorlive import telemetry
from actorlive.live.assigns import changes, clear_changes
from actorlive.live.endpoint import JoinAddress, Transport
from actorlive.live.process.components import Components
from actorlive.live.process.layout import framed
from actorlive.live.process.mutation import MutationGuard
from actorlive.live.process.nests import LiveNest
from actorlive.live.process.spans import span
from actorlive.live.properties import Properties, readable
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.stateful import template_of
from actorlive.rendered import Diff
from actorlive.template import Renderer, Template
from actorlive.template.rendering.nesting import nest_variable
from actorlive.template.rendering.placing import Placement
from actorlive.wire.serializer import encode_push, encode_reply

__all__ = ["Outbox"]


NOWHERE = JoinAddress("", None, None)
_EMPTY: Mapping[str, Any] = {}


def _lose(frame: bytes) -> None:
    """There is no client yet."""


class Outbox:
    """Renders a view and sends what changed. One per channel; it keeps the memory between renders.

    A message is put together in two steps, `start` and `finish`, since live components may have to be updated in
    between (`components`), which takes an await.
    """

    __slots__ = (
        "_address",
        "_begun",
        "_guard",
        "_kept",
        "_nest",
        "_placed",
        "_properties",
        "_renderer",
        "_send",
        "_state",
        "_titled",
        "components",
    )

    def __init__(self, state: ViewState, socket: Socket) -> None:
        self._state = state
        self._address = NOWHERE
        self._send: Callable[[bytes], None] = _lose
        self._renderer = Renderer()
        self._nest = LiveNest(state)
        nest_variable.set(self._nest)  # for as long as this process lives
        self._placed: Sequence[Placement] = ()
        self._titled = False
        self._begun = False
        self._properties = Properties(state.view) if type(state.view).__properties__ else None
        self._guard = MutationGuard(state.view) if state.endpoint.debug else None
        self.components = Components(state, socket, self._renderer)
        self._kept = state.kept

    def attach(self, address: JoinAddress, transport: Transport) -> None:
        """The view has a client: what is sent goes there."""
        self._address = address
        self._send = transport.send
        if self._kept is not None:
            self._kept.attach(transport, lambda event: self.push("diff", {"e": [event]}))

    def painted(self) -> str:
        """The HTML of what was rendered in full, for a response. What lives until the next message stays."""
        html = self._renderer.html()
        self._renderer.finish()
        return html

    def start_over(self) -> None:
        """Much may have changed since the view was painted, and nothing of it was rendered: forget what was."""
        if self._properties is not None:
            self._properties = Properties(self._state.view)
        self.components.start_over()

    def start_all(self) -> Sequence[Placement]:
        """Render the whole tree, for a join; the live components that are to be updated before `finish`."""
        view = self._state.view
        if self._guard is not None:
            self._guard.check(template_of(view))
        self._titled = self._state.title != ""  # otherwise the client shows the document's own by itself
        if self._kept is not None:
            self._kept.note(changes(view))
        return self._render(None)

    def start(self) -> Sequence[Placement]:
        """Render what changed; the live components that are to be updated before `finish`.

        Called again before that, it returns the same.
        """
        view = self._state.view
        changed = changes(view)
        if self._placed:
            return self._placed
        if self._guard is not None:
            self._guard.check(template_of(view))
        if not changed:
            return self._placed
        if self._properties is not None:
            changed = changed | self._properties.changes(changed)
        if self._kept is not None:
            self._kept.note(changed)
        if "page_title" in changed:
            self._titled = True
        self._placed = self._render(changed)
        return self._placed

    def _render(self, changed: Mapping[str, object] | None) -> list[Placement]:
        self._begun = True
        state = self._state
        if not telemetry.enabled():
            if state.layout is None:
                view = state.view
                return self._renderer.start(template_of(view), readable(view, self._properties), changed)
            return self._renderer.start(*self._framed(changed))
        with span("render", state.view, component=None, changed=changed and frozenset(changed)):
            return self._renderer.start(*self._framed(changed))

    def finish(self) -> Diff:
        """The diff since the last one; empty when nothing changed."""
        state = self._state
        if not (self._begun or self.components.touched):
            return {"e": state.events} if state.events else {}
        diff = self._renderer.finish()
        if self._titled:
            diff["t"] = state.title
        if self._kept is not None and (kept := self._kept.event()) is not None:
            state.push_event(kept)
        if state.events:
            diff["e"] = state.events
        self._begun = self._titled = False
        self._placed = ()
        self._end_render()
        return diff

    def finish_components(self) -> Diff:
        """The diff of the components alone that were rendered, and the events so far; what the view itself has changed
        waits."""
        diff = self._renderer.finish() if self.components.touched else {}
        if self._state.events:
            diff["e"] = self._state.events
        self.components.finish()
        return diff

    def _end_render(self) -> None:
        """What was meant for one message alone is over."""
        clear_changes(self._state.view)
        owner = self._state.owner
        if owner.touched or owner.temporary:
            owner.end_of_render()
        if self._nest.taken:
            self._nest.end_render()
        if self.components.touched:
            self.components.finish()
        if self._guard is not None:
            self._guard.remember()

    def _framed(
        self, changed: Mapping[str, object] | None
    ) -> tuple[Template, Mapping[str, Any], Mapping[str, object] | None]:
        view, layout = self._state.view, self._state.layout
        assigns = readable(view, self._properties)
        if layout is None:
            return template_of(view), assigns, changed
        return framed(layout, template_of(view), assigns, changed)

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

    def push(self, event: str, payload: Mapping[str, Any] | Diff) -> None:
        """Send a frame that answers nothing."""
        self._send(encode_push(self._address.join_ref, self._address.topic, event, payload))

    def send_diff(self, ref: str | None, diff: Diff) -> None:
        """A diff as the reply to `ref`, or pushed by itself when there is no ref and something to say.

        What has to come apart goes before it, so that the reply is the last that its event brings; where the client
        forgets all components, it goes behind.
        """
        if self._renderer.apart:
            self._send_in_parts(ref, diff)
        elif ref is not None:
            address = self._address
            response = {"diff": diff} if diff else _EMPTY
            self._send(encode_reply(address.join_ref, ref, address.topic, "ok", response))
        elif diff:
            self.push("diff", diff)

    def _send_in_parts(self, ref: str | None, diff: Diff) -> None:
        apart, self._renderer.apart = self._renderer.apart, ()
        if "s" in diff:
            self.send_diff(ref, diff)
        for part in apart:
            self.push("diff", part)
        if "s" not in diff:
            self.send_diff(ref, diff)
