"""Page: one browser tab. It holds the document, speaks the protocol, and keeps the views of the page.

Nothing here waits. Frames come in through `receive`, and what the visitor does goes out through `push`; the waiting
is `View`'s. What goes wrong while a frame is handled is kept in `failures` and raised by the next call of the test.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from actorlive.live.navigation import absolute
from actorlive.testing.browser.checks import Checks, OnError
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.dom import Document, DomNode
from actorlive.testing.browser.kept_memory import KeptMemory
from actorlive.testing.browser.messages import (
    CallLater,
    ClientPush,
    Frame,
    Navigation,
    PageSocket,
    decode,
    encode,
)
from actorlive.testing.browser.overlay import Overlay
from actorlive.testing.browser.page_files import PageFiles
from actorlive.testing.browser.patch import is_view
from actorlive.testing.browser.undone import Undone
from actorlive.testing.browser.view_status import ENDED, ViewEvent, ViewStatus
from actorlive.testing.errors import Failure, JoinFailed, hide_frames

__all__ = ["Page"]

__tracebackhide__ = hide_frames

MAX_CHILD_JOINS = 3
"""So many joins of a view within a view are tried."""

REJOIN_DELAYS = (1.0, 2.0, 5.0)
"""Seconds before a crashed view is joined again, by the number of tries; then 10."""


class Page:
    """One tab at one URL. `schedule(delay, fn)` calls a function later; `csrf_token` is the page's own."""

    def __init__(
        self,
        html: str,
        url: str,
        *,
        schedule: CallLater,
        connect_params: dict[str, Any],
        on_error: OnError = "raise",
    ) -> None:
        self.document = Document(html)
        self.url = url
        self.dead_title = _title(self.document)
        self.default_title = _default_title(self.document)
        """What the title becomes where a view that was navigated to has none; None: it stays as it is."""
        self.schedule = schedule
        self._checks = Checks(on_error)
        self.connect_params = connect_params
        self.socket: PageSocket | None = None
        self.views: dict[str, ClientView] = {}
        self.pushes: dict[str, ClientPush] = {}
        self.failures: list[BaseException] = []
        self.dispatched: list[tuple[str, dict[str, Any], DomNode]] = []
        self.crash_of: Callable[[ClientView], BaseException | None] = lambda _: None
        self.active: DomNode | None = None
        """The element that has the focus."""
        self.overlay = Overlay(self)
        self.rejoins = True
        """Whether a crashed view is joined again by itself, as the browser does it."""
        self.undone = Undone(self)
        """What is not done when a line is lost."""
        self.kept = KeptMemory()
        """What the page keeps for its views."""
        self.pending_link: ClientPush | None = None
        """The patch link whose URL is to be shown when it is answered; a patch of the server takes its place."""
        self._focus_stack: list[DomNode] = []
        self._refs = map(str, itertools.count(4))
        self.files = PageFiles(self)

    @property
    def main(self) -> ClientView:
        """The view that the page was loaded for."""
        return next(view for view in self.views.values() if view.is_main)

    @property
    def csrf_token(self) -> str:
        """The token in the page's head, or ""."""
        meta = self.document.select('meta[name="csrf-token"]')
        return meta[0].attrs.get("content", "") if meta else ""

    @property
    def tracked(self) -> list[str]:
        """The URLs of the page's scripts and styles that it tells the server of at each join."""
        nodes = self.document.select("[phx-track-static]")
        found = (node.attrs.get("src") or node.attrs.get("href") for node in nodes)
        return [urljoin(self.url, url) for url in found if url]

    # -- sending ---------------------------------------------------------------

    def send(
        self, view: ClientView, event: str, payload: Any, what: str, node: DomNode | None = None
    ) -> ClientPush:
        """Send a frame on a view's topic; the answer will be found in what is returned."""
        ref = self.next_ref()
        push = ClientPush(ref, view.topic, event, payload, what, node)
        if event == "phx_join":
            view.join_ref = ref
        if event == "event" and self.socket is not None:
            if self.undone.stops(push):
                return push
            if node is not None:
                node.client.locked_by = ref
        return self.push(push, view.join_ref)

    def next_ref(self) -> str:
        """The client's number for another message."""
        return next(self._refs)

    def push(self, push: ClientPush, join_ref: str | None) -> ClientPush:
        """Send a frame, which is lost without a socket."""
        if self.socket is None:
            push.lost = True
        else:
            self.pushes[push.ref] = push
            self.socket.send(encode(join_ref, push.ref, push.topic, push.event, push.payload))
        return push

    # -- joining ---------------------------------------------------------------

    def join_main(self) -> ClientView:
        """Join the page's own view, and those that are roots beside it."""
        container = self.document.root.find(lambda node: "data-phx-main" in node.attrs)
        if container is None:
            container = self.document.root.find(is_view)
        if container is None:
            raise Failure("the page holds no live view (no element with data-phx-session)")
        main = self.views[container.id] = ClientView(self, container, None)
        main.is_main = True
        for node in [node for node in self.document.root.walk() if _is_root(node)]:
            self._join_root(node)
        self.join(main)
        return main

    def join(self, view: ClientView) -> ClientPush:
        """Join, or join again."""
        payload = view.join_payload()
        view.attempts += 1
        return self.send(view, "phx_join", payload, "phx_join")

    def join_children(self, parent: ClientView) -> None:
        """Join the views that stand in a view's new HTML, the sticky ones among them as roots of their own."""
        for node in list(parent.container.walk()):
            if node.attrs.get("data-phx-parent-id") == parent.id and node.attrs.get("data-phx-session"):
                self.join_child(parent, node)
            elif "data-phx-sticky" in node.attrs:
                self._join_root(node)

    def join_child(self, parent: ClientView, node: DomNode) -> bool:
        """Join the view of a container within a view; False when it has been joined already."""
        if node.id in self.views:
            return False
        shown = self.document.root.by_id(node.id)
        if shown is not None and shown.attrs.get("data-phx-static"):
            node.attrs["data-phx-static"] = shown.attrs["data-phx-static"]  # only the dead render knew
        view = self.views[node.id] = ClientView(self, node, parent)
        if shown is not None:
            view.container = shown
        self.join(view)
        return True

    def _join_root(self, node: DomNode) -> None:
        if node.id not in self.views:
            self.views[node.id] = ClientView(self, node, None)
            self.join(self.views[node.id])

    def leave_children(self, view: ClientView) -> None:
        """Leave the views within a view."""
        for child in [child for child in self.views.values() if child.parent is view]:
            self.leave(child)

    def leave(self, view: ClientView) -> None:
        """Leave a view, its children first."""
        self.leave_children(view)
        self.views.pop(view.id, None)
        if view.parent is not None:
            view.container.attrs["data-phx-session"] = ""  # the next that stands there joins with its own
        if view.status is ViewStatus.JOINED:
            self.send(view, "phx_leave", {}, "phx_leave")
        view.move(ViewEvent.LEFT)

    def leave_removed(self, removed: list[DomNode]) -> None:
        """Views whose containers are gone from the page are left."""
        gone = {id(node) for root in removed for node in root.walk()}
        for view in list(self.views.values()):
            if id(view.container) in gone and self.views.get(view.id) is view:
                self.leave(view)

    # -- receiving -------------------------------------------------------------

    def receive(self, data: str | bytes) -> None:
        """Handle a frame of the server."""
        try:
            self._handle(decode(data))
        except Exception as error:
            self.failures.append(error)

    def _handle(self, frame: Frame) -> None:
        push = self.pushes.pop(frame.ref, None) if frame.event == "phx_reply" and frame.ref else None
        view = self.views.get(frame.topic.removeprefix("lv:"))
        if push is not None:
            self._take_reply(push, view, frame)
        elif view is not None and frame.join_ref in (None, view.join_ref):
            self._handle_push(view, frame)

    def _take_reply(self, push: ClientPush, view: ClientView | None, frame: Frame) -> None:
        push.status = frame.payload["status"]
        push.response = frame.payload["response"]
        try:
            if view is not None and frame.join_ref in (None, view.join_ref):
                self._handle_answer(push, view)
        finally:
            push.answered = True

    def _handle_answer(self, push: ClientPush, view: ClientView) -> None:
        if push.event == "phx_join":
            if push.status == "ok":
                view.complete_join(push.response)
            else:
                view.fail_join(push.response)
        elif push.status == "ok":
            view.handle_reply(push)
        else:
            raise Failure(f"the server answered {push.what} with an error: {push.response!r}")

    def _handle_push(self, view: ClientView, frame: Frame) -> None:
        match frame.event:
            case "diff":
                view.apply(frame.payload)
            case "live_patch":
                view.change_url(frame.payload)
            case "live_redirect" | "redirect":
                view.redirect(frame.event, frame.payload)
            case "phx_error":
                self._handle_crash(view)
            case "phx_close":
                view.close()
            case event:
                raise Failure(f"the server sent an event that the client does not know: {event!r}")

    def check(self) -> None:
        """Look for what is wrong with the page now. Raises `Failure`, or warns."""
        self._checks.run(self.document.root)

    # -- ends ------------------------------------------------------------------

    def _handle_crash(self, view: ClientView) -> None:
        self.lose(view)
        self.leave_children(view)
        error = self.crash_of(view)
        view.show_error(ViewEvent.CRASHED)
        if error is not None:
            self.failures.append(error)
        if self.rejoins:
            self.rejoin_later(view)

    def try_again(self, view: ClientView, error: BaseException) -> None:
        """The join of a view within a view was refused: join again, some times; then give up, and show that."""
        self.failures.append(error)
        view.show_error(ViewEvent.CRASHED)
        if view.attempts >= MAX_CHILD_JOINS:
            self.leave(view)
            view.root.show_state("phx-loading", "phx-error", "phx-server-error")
        elif self.rejoins:
            self.rejoin_later(view)

    def rejoin_later(self, view: ClientView) -> None:
        """Join again after the client's delay."""
        delay = REJOIN_DELAYS[view.tries] if view.tries < len(REJOIN_DELAYS) else 10.0
        join_ref = view.join_ref

        def rejoin() -> None:
            if view.status is ViewStatus.ERRORED and view.join_ref == join_ref and self.socket is not None:
                view.move(ViewEvent.REJOINED)
                view.tries += 1
                self.join(view)

        self.schedule(delay, rejoin)

    def rejoin(self) -> None:
        """Join now what is away."""
        for view in list(self.views.values()):
            if view.status is ViewStatus.ERRORED:
                view.move(ViewEvent.REJOINED)
                self.join(view)

    def lose(self, view: ClientView) -> None:
        """What the view has in flight will not be answered."""
        for ref, push in list(self.pushes.items()):
            if push.topic == view.topic:
                del self.pushes[ref]
                push.lost = True
                self.overlay.roll_back(push)
                if push.node is not None:
                    view.unlock(push)

    def drop_socket(self) -> None:
        """Part with a socket that has ended: every view waits for a new one."""
        self.socket = None
        for push in self.pushes.values():
            push.lost = push.lost or push.topic.startswith("lvu:")
        for view in list(self.views.values()):
            self.lose(view)
            if view.parent is not None:
                self.leave(view)
            elif view.status not in ENDED:
                view.show_error(ViewEvent.DISCONNECTED)

    # -- focus -----------------------------------------------------------------

    def focus_command(self, name: str, target: DomNode) -> None:
        """The JS commands that move the focus."""
        match name:
            case "push_focus":
                self._focus_stack.append(target)
            case "pop_focus":
                self.active = self._focus_stack.pop() if self._focus_stack else self.active
            case "focus_first":
                self.active = next(
                    (node for node in target.walk() if node is not target and _focusable(node)), None
                )
            case _:
                self.active = target

    # -- going elsewhere -------------------------------------------------------

    def absolute(self, to: str) -> str:
        """A path as a URL of this page's host."""
        return absolute(self.url, to)

    def join_redirected(self, view: ClientView, navigation: Navigation) -> ClientView:
        """A live navigation: leave the view and join the next one on the same topic."""
        self.leave_children(view)
        if view.status is ViewStatus.JOINED:
            self.send(view, "phx_leave", {}, "phx_leave")
        view.move(ViewEvent.LEFT)
        self.url = self.absolute(navigation.to)
        self.kept.forget(view.container)  # in the browser, the next view gets an element of its own
        following = ClientView(self, view.container, None)
        following.is_main = True
        following.redirected_from = navigation
        stay = {other.id: other for other in self.views.values() if other.root is not view}
        self.views = {following.id: following, **stay}
        self.join(following)
        return following

    def refusal(self, view: ClientView, response: dict[str, Any]) -> BaseException:
        """What a refused join is told as."""
        error = self.crash_of(view)
        if error is not None:
            return error
        reason = response.get("reason", response)
        return JoinFailed(
            f"the server refused the join of {self.url}: {reason!r}."
            ' "stale" means that a token or the session is not good, "unauthorized" that the URL leads elsewhere.'
        )


def _is_root(node: DomNode) -> bool:
    """True for the container of a view that nobody is around."""
    return is_view(node) and "data-phx-parent-id" not in node.attrs


def _focusable(node: DomNode) -> bool:
    interactive = node.tag in ("input", "select", "textarea", "button") or (
        node.tag == "a" and "href" in node.attrs
    )
    return (interactive and "disabled" not in node.attrs) or "tabindex" in node.attrs


def _default_title(document: Document) -> str | None:
    titles = document.select("title")
    return titles[0].attrs.get("data-default") if titles else None


def _title(document: Document) -> str:
    titles = document.select("title")
    return titles[0].text() if titles else ""
