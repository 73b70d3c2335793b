"""What a visitor did that is not done, or may not be, when a line is lost: by the rules of client/src/undone.ts.

Of each event without an answer one of three things is true. The server certainly has not handled it: then it waits for
its view to join again, and is sent to that, once. Only the lost view could have handled it: it is not done. Anything
else may be done, and is not sent again. The page says of the last two that they are lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import trio

from actorlive.live.events import ONLINE_ONLY
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.messages import ClientPush, decode, encode
from actorlive.wire.line import Leftover

if TYPE_CHECKING:
    from actorlive.testing.browser.client_view import ClientView
    from actorlive.testing.browser.page import Page

__all__ = ["ONLINE_ONLY", "Undone"]

FRESH = 20.0
"""Seconds after which a push of the client, which lives for 30, is not to be answered any more."""
PATIENCE = 28.0
"""Seconds for which something may wait."""
SAME_MOMENT = 1e-6
LONGEST_LABEL = 60
ACTED = ("a", "button", "input", "summary")


class Undone:
    """Of one page. `is_heard` says whether there is somebody to take what it sends."""

    def __init__(self, page: Page) -> None:
        self.is_heard: Callable[[], bool] = lambda: True
        self._page = page
        self._online_only: dict[tuple[str, bool], set[str]] = {}
        """By topic, for its view and for the components in it: the names of events that do not wait."""
        self._waiting: list[ClientPush] = []
        self._silent: list[tuple[str | bytes, ClientPush]] = []
        """Those that want no answer: only the line's count tells that they have arrived."""
        self._is_lost = False

    def lose(self, left: Leftover) -> None:
        """The line is lost, and this is what it has not confirmed. The page still has all that is not answered."""
        self._is_lost = True
        not_handled = {decode(frame).ref for frame in left.not_handled if isinstance(frame, str)}
        for ref, push in list(self._page.pushes.items()):
            if push.event == "event" and not _is_recovered(push):
                self._part_with(push, is_certain=ref in not_handled)
        silent, self._silent = self._silent, []
        for frame, push in silent:
            if frame in left.not_handled or frame in left.uncertain:
                self._part_with(push, is_certain=frame in left.not_handled)

    def _part_with(self, push: ClientPush, *, is_certain: bool) -> None:
        if not is_certain:
            self._say(push, None)
        elif self._may_wait(push):
            self._page.pushes.pop(push.ref, None)
            self._let_go(push)
            self._wait(push)
        else:
            self._say(push, False)

    def joined(self, topic: str, names: list[str]) -> None:
        """A view has joined: these of its own events do not wait."""
        self._online_only = {(topic, False): set(names), **_without(self._online_only, topic)}

    def learn(self, topic: str, names: list[str]) -> None:
        """Nor do these, of a component in the view."""
        self._online_only.setdefault((topic, True), set()).update(names)

    def refuses(self, push: ClientPush) -> None:
        """The client drops what is pushed to a view that is not joined. Where that is for want of a line, the page says
        so of clicks and submits; a hook sees it by itself."""
        is_visitors = push.payload.get("type") in ("click", "form") and not _is_change(push)
        if self._is_lost and push.event == "event" and is_visitors:
            self._say(push, False)

    def stops(self, push: ClientPush) -> bool:
        """True for an event that is not to be sent: it is refused, or goes behind what waits for the same view."""
        if not self.is_heard() and self._is_online_only(push):
            self._refuse(push)
            return True
        if _is_change(push) or not any(waiting.topic == push.topic for waiting in self._waiting):
            return False
        push.at = trio.current_time()
        self._wait(push)
        return True

    def _is_online_only(self, push: ClientPush) -> bool:
        names = self._online_only.get((push.topic, isinstance(push.payload.get("cid"), int)), ())
        return push.payload["event"] in names

    def _wait(self, push: ClientPush) -> None:
        self._waiting.append(push)
        self._page.schedule(push.at + PATIENCE - trio.current_time(), self._give_up)

    def release(self, view: ClientView) -> None:
        """The page shows the view that has joined, and its forms are recovered: now it gets what has waited for it."""
        self._is_lost = False
        self._give_up()
        for push in self._take(view.topic):
            if view.joins == 1:  # another view, in the place of the one before
                self._refuse(push)
            else:
                self._send_again(push, view)

    def _send_again(self, push: ClientPush, view: ClientView) -> None:
        page = self._page
        ref = push.ref if trio.current_time() - push.at < FRESH else None
        if page.socket is None:
            self._refuse(push)
            return
        push.join_ref = view.join_ref
        frame = encode(view.join_ref, ref, push.topic, push.event, push.payload)
        if ref is None:
            push.lost = True  # its diff comes by itself
            self._silent.append((frame, push))
        else:
            page.pushes[ref] = push
        page.socket.send(frame)

    # -- what becomes of it ----------------------------------------------------

    def _may_wait(self, push: ClientPush) -> bool:
        """True for an event that a fresh view can be sent: not a component's, nor one that must not wait, nor with
        files, nor of a view that is within another or was left meanwhile."""
        view = self._page.views.get(push.topic.removeprefix("lv:"))
        is_of_root = view is not None and view.parent is None and view.join_ref == push.join_ref
        is_for_one = (
            isinstance(push.payload.get("cid"), int) or self._is_online_only(push) or _has_files(push)
        )
        return is_of_root and not is_for_one

    def _give_up(self) -> None:
        """What has waited for too long is not done."""
        if not self._waiting:
            return
        now = trio.current_time()
        for push in [push for push in self._waiting if now > push.at + PATIENCE - SAME_MOMENT]:
            self._waiting.remove(push)
            self._refuse(push)

    def _take(self, topic: str) -> list[ClientPush]:
        taken = [push for push in self._waiting if push.topic == topic]
        self._waiting = [push for push in self._waiting if push.topic != topic]
        return taken

    def _refuse(self, push: ClientPush) -> None:
        push.lost = True
        self._page.overlay.roll_back(push)
        self._say(push, False)

    def _let_go(self, push: ClientPush) -> None:
        view = self._page.views.get(push.topic.removeprefix("lv:"))
        if view is not None:
            view.unlock(push)

    def _say(self, push: ClientPush, done: bool | None) -> None:
        payload: dict[str, Any] = push.payload
        detail = {
            "event": payload["event"],
            "done": done,
            "what": _label(push),
            "value": payload.get("value"),
        }
        self._page.dispatched.append(("actorlive:lost", detail, self._page.document.root))


def _without(names: dict[tuple[str, bool], set[str]], topic: str) -> dict[tuple[str, bool], set[str]]:
    return {key: found for key, found in names.items() if key[0] != topic}


def _is_recovered(push: ClientPush) -> bool:
    """True for the change of a form whose newest values the client sends by itself when the view has joined again."""
    form = _form(push)
    if form is None or not _is_change(push):
        return False
    return bool(form.id) and "phx-change" in form.attrs and form.attrs.get("phx-auto-recover") != "ignore"


def _is_change(push: ClientPush) -> bool:
    meta: dict[str, Any] = push.payload.get("meta") or {}
    return push.payload.get("type") == "form" and "_target" in meta


def _has_files(push: ClientPush) -> bool:
    form = _form(push)
    chosen = form is not None and any(node.attrs.get("data-phx-active-refs") for node in form.walk())
    uploads: dict[str, Any] = push.payload.get("uploads") or {}
    return chosen or any(uploads.values())


def _form(push: ClientPush) -> DomNode | None:
    if push.node is None:
        return None
    return next((node for node in push.node.ancestors() if node.tag == "form"), None)


def _label(push: ClientPush) -> str:
    """What a person would call it: the text of the button, or the name of the event."""
    event: str = push.payload["event"]
    if push.node is None or push.node.tag not in ACTED:
        return event.replace("_", " ").replace("-", " ")
    text = push.node.attrs.get("aria-label") or push.node.attrs.get("value") or push.node.text()
    return text if text and len(text) <= LONGEST_LABEL else event.replace("_", " ").replace("-", " ")
