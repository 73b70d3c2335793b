"""ClientView: one view as the client holds it, between its topic and its container in the page."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from actorlive.testing.browser import commands
from actorlive.testing.browser.dom import DomNode, parse_fragment
from actorlive.testing.browser.joining import JoiningFamily
from actorlive.testing.browser.kept_memory import KEEP
from actorlive.testing.browser.merging import ClientTree, Extracted, Rendering, split
from actorlive.testing.browser.messages import ClientPush, Navigation
from actorlive.testing.browser.patch import VIEW_STATES, Patch, is_view, owned_by, set_classes
from actorlive.testing.browser.recovery import Recoverable, recover, recoverable_forms
from actorlive.testing.browser.undone import ONLINE_ONLY
from actorlive.testing.browser.view_status import TRANSITIONS, ViewEvent, ViewStatus
from actorlive.testing.errors import Failure, hide_frames

if TYPE_CHECKING:
    from actorlive.testing.browser.page import Page

__all__ = ["ClientView"]

__tracebackhide__ = hide_frames

CONTAINER_ATTRIBUTES = ("id", "data-phx-session", "data-phx-static", "data-phx-main", "data-phx-root-id")

DISCONNECTED_DELAY = 0.5
"""Seconds that a view is away before `phx-disconnected` runs."""


class ClientView:
    """A view's topic, tree and container, and what it has told the client. `status` changes in `move` alone."""

    def __init__(self, page: Page, container: DomNode, parent: ClientView | None) -> None:
        self.page = page
        self.container = container
        self.parent = parent
        self.id = container.id
        self.topic = f"lv:{container.id}"
        self.session = container.attrs.get("data-phx-session", "")
        self.static = container.attrs.get("data-phx-static", "")
        self.sticky = "data-phx-sticky" in container.attrs
        self.is_main = False
        """True for the one that the page was loaded for."""
        self.root: ClientView = self if parent is None else parent.root
        self.status = ViewStatus.JOINING
        self.join_ref: str | None = None
        self.joins = 0 if parent is None else parent.joins - 1
        self.attempts = 0
        """Joins sent since the last that succeeded."""
        self.tries = 0
        """Joins sent by the rejoin timer since then."""
        self.joining = JoiningFamily(self)
        self.recoverable: dict[str, Recoverable] = {}
        """At a root: the forms to be recovered when it, or a view within, is joined again."""
        self.tree: ClientTree | None = None
        self.title: str | None = None
        self.redirected_from: Navigation | None = None
        self.navigation: Navigation | None = None
        self.patches: list[str] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.replies: list[Any] = []

    def move(self, event: ViewEvent) -> None:
        """Something happened to the view. Raises `Failure` where that is impossible for what it is."""
        after = TRANSITIONS.get((self.status, event))
        if after is None:
            raise Failure(
                f"the view #{self.id} is {self.status.value}, and now: {event.value}."
                " The server takes the view for another one, or for what it was before."
            )
        self.status = after

    @property
    def is_left(self) -> bool:
        """True when the page has left the view."""
        return self.status is ViewStatus.LEFT

    # -- joining ---------------------------------------------------------------

    def join_payload(self) -> dict[str, Any]:
        """What a `phx_join` says of the page and the view."""
        params = {
            **self.page.connect_params,
            "_csrf_token": self.page.csrf_token,
            "_mounts": self.joins,
            "_mount_attempts": self.attempts,
        }
        if kept := self.page.kept.of(self.container):
            params["_kept"] = kept
        if tracked := self.page.tracked:
            params["_track_static"] = tracked
        payload: dict[str, Any] = {"params": params, "session": self.session, "static": self.static or None}
        if self.parent is None and not self.sticky:
            payload["redirect" if self.redirected_from else "url"] = self.page.url
        token = self.redirected_from.flash_token if self.redirected_from else None
        if token is not None and self.joins == 0:
            payload["flash"] = token
        return {**payload, "sticky": self.sticky}

    def complete_join(self, response: dict[str, Any]) -> None:
        """Take the server's answer to the join. The page shows the connected view as soon as the views within it, and
        those around it, have joined as well (see `joining`)."""
        if self.root is self:
            self.recoverable = recoverable_forms(self.page, self.container) if self.joins > 0 else {}
        self.move(ViewEvent.JOINED)
        self.joins += 1
        self.page.undone.joined(self.topic, response.get(ONLINE_ONLY, []))
        if "container" in response:
            self._dress(*response["container"])
        self.attempts = self.tries = 0
        extracted = split(response["rendered"])
        self.tree = ClientTree(extracted.diff)
        rendering = self.tree.render()
        html = parse_fragment(rendering.html, self.container.tag)
        self.joining.joined(html, lambda: self._show_joined(extracted, rendering, response))

    def _show_joined(self, extracted: Extracted, rendering: Rendering, response: dict[str, Any]) -> None:
        """The page shows the connected view."""
        self.container = self.page.document.root.by_id(self.id) or self.container
        self.show_state("phx-connected")
        if self.redirected_from is not None:
            self.title = self.page.default_title
        if "live_patch" in response:
            self.change_url(response["live_patch"])
        self._show(extracted.title, extracted.events, rendering, joining=True)
        self._run_all("phx-connected")
        self._recover()
        self.page.undone.release(self)
        for diff in self.joining.release():
            self.apply(diff)

    def _dress(self, tag: str, attributes: dict[str, str]) -> None:
        """The container gets another view's attributes, after a live navigation; who it is stays, and its tag."""
        if tag != self.container.tag:
            raise Failure(f"a live navigation makes no <{tag}> of the container <{self.container.tag}>")
        kept = {name: value for name, value in self.container.attrs.items() if name in CONTAINER_ATTRIBUTES}
        self.container.attrs = {**attributes, **kept}
        self.show_state("phx-connected")

    def fail_join(self, response: dict[str, Any]) -> None:
        """Take an error for an answer to the join: it redirects, has the page loaded, or ends the view."""
        for kind in ("redirect", "live_redirect"):
            if kind in response:
                self._take_events(response.get("events", []))
                self.redirect(kind, response[kind])
                return
        if response.get("reason") == "reload":
            self.go(Navigation("reload", self.page.url, reload_token=response["token"]))
            return
        if response.get("reason") in ("stale", "unauthorized") and self.page.main.joins > 0:
            self.go(Navigation("redirect", _path(self.page.url)))  # the page is loaded again
            return
        if self.parent is not None and response.get("reason") not in ("stale", "unauthorized"):
            self.page.try_again(self, self.page.refusal(self, response))
            return
        self.move(ViewEvent.REFUSED)
        self.page.failures.append(self.page.refusal(self, response))

    # -- messages --------------------------------------------------------------

    def handle_reply(self, push: ClientPush) -> None:
        """The reply to a push: unlock, patch, then go where it says."""
        self.unlock(push)  # first, as the client does: the patch must not find its element locked
        response = push.response
        self.page.overlay.end(push, response.get("diff", {}).get("e", []))
        if "diff" in response:
            self.apply(response["diff"])
        if push.event == "live_patch":
            self._finish_link_patch(push)
        elif push.event in ("cids_will_destroy", "cids_destroyed"):
            self._destroy_components(push)
        for kind in ("redirect", "live_redirect"):
            if kind in response:
                self.redirect(kind, response[kind])
        if "live_patch" in response:
            self.change_url(response["live_patch"])

    def _finish_link_patch(self, push: ClientPush) -> None:
        """The answer to a patch link: the URL is this view's, or leads to another one."""
        url: str = push.payload["url"]
        if "link_redirect" in push.response:
            self.go(Navigation("live_redirect", url))
        elif self.page.pending_link is push and not push.response.keys() & {"redirect", "live_redirect"}:
            self.page.url = url
            self.patches.append(_path(url))

    def unlock(self, push: ClientPush) -> None:
        """Free the element that sent the push, unless it has sent another since."""
        node = push.node
        if node is not None and node.state is not None and node.state.locked_by == push.ref:
            node.state.locked_by = None

    def apply(self, diff: dict[str, Any]) -> None:
        """A diff of the server; it waits until the page shows what it changes."""
        if self.joining.holds(diff):
            return
        extracted = split(diff)
        if extracted.reply is not None:
            self.replies.append(extracted.reply)
        if extracted.diff and self.tree is not None:
            changed = [int(cid) for cid in extracted.diff["c"]] if extracted.diff.keys() == {"c"} else None
            self.tree.merge(extracted.diff)
            if changed is None:
                self._show(extracted.title, extracted.events, self.tree.render(), joining=False)
            else:
                self._show_components(extracted, self.tree, changed)
            return
        # without a patch nothing comes before or after it
        self._set_title(extracted.title)
        self._take_events(extracted.events)

    def change_url(self, payload: dict[str, Any]) -> None:
        """Show the URL that the server patched to."""
        self.page.pending_link = None
        self.page.url = self.page.absolute(payload["to"])
        self.patches.append(payload["to"])

    def redirect(self, kind: str, payload: dict[str, Any]) -> None:
        """Go where the server sends the visitor; this view has ended."""
        replace = payload.get("kind") == "replace"
        self.go(Navigation(kind, payload["to"], payload.get("flash"), replace))

    def go(self, navigation: Navigation) -> None:
        """The visitor goes elsewhere: the page's own view has sent them, or one within it. A root beside it stays."""
        if self.page.main is not self:
            self.page.main.navigation = navigation
        if self.parent is None and not self.is_main:
            return
        self.navigation = navigation
        if self.status is ViewStatus.JOINING:
            self.move(ViewEvent.REDIRECTED)

    def close(self) -> None:
        """`phx_close`: the view has ended for good."""
        self.page.lose(self)
        self.page.leave_children(self)
        self.move(ViewEvent.CLOSED_REDIRECTED if self.navigation else ViewEvent.CLOSED)

    def show_error(self, event: ViewEvent) -> None:
        """Show that the view is away: it has crashed, or the socket is down."""
        self.move(event)
        kind = "phx-server-error" if event is ViewEvent.CRASHED else "phx-client-error"
        self.show_state("phx-loading", "phx-error", kind)
        joins = self.joins
        self.page.schedule(DISCONNECTED_DELAY, lambda: self._run_disconnected(joins))

    def _run_disconnected(self, joins: int) -> None:
        if self.joins == joins and self.status in (ViewStatus.ERRORED, ViewStatus.JOINING):
            self._run_all("phx-disconnected")

    def show_state(self, *classes: str) -> None:
        """Show in the container's classes how the view is."""
        set_classes(
            self.container, [*(name for name in self.container.classes if name not in VIEW_STATES), *classes]
        )
        self.page.document.touch()

    # -- the page --------------------------------------------------------------

    def _show(
        self, title: str | None, events: list[list[Any]], rendering: Rendering, *, joining: bool
    ) -> None:
        with self._around_patch(title, events, joining=joining):
            patch = Patch(self.container, rendering.streams, joining=joining)
            patch.perform(parse_fragment(rendering.html, self.container.tag))
            self._after_patch(patch, joining=joining)

    def _show_components(self, extracted: Extracted, tree: ClientTree, cids: list[int]) -> None:
        """A message of components alone: those in the page are patched in place, each by itself."""
        with self._around_patch(extracted.title, extracted.events, joining=False):
            for cid, element in self._outermost(cids):
                rendering = tree.render_component(cid)
                new = parse_fragment(rendering.html, element.parent.tag if element.parent else "div")
                patch = Patch(self.container, rendering.streams)
                patch.perform_on(element, next(node for node in new if isinstance(node, DomNode)))
                self._after_patch(patch, joining=False)

    @contextmanager
    def _around_patch(self, title: str | None, events: list[list[Any]], *, joining: bool) -> Generator[None]:
        self._take_events([event for event in events if len(event) > 2])
        before = {} if joining else self._components()
        yield
        self._set_title(title)
        self._take_events([event for event in events if len(event) == 2])
        self.page.join_children(self)
        self.page.check()
        gone = before.keys() - self._components().keys() if before else None
        if gone:
            self.page.send(self, "cids_will_destroy", {"cids": sorted(gone)}, "cids_will_destroy")

    def _outermost(self, cids: list[int]) -> list[tuple[int, DomNode]]:
        """Those of the components that are in the page, and not within another of them."""
        shown = self._components()
        elements = {cid: shown[cid] for cid in cids if cid in shown}
        ids = {id(element) for element in elements.values()}
        return [
            (cid, element)
            for cid, element in elements.items()
            if not any(id(node) in ids for node in element.ancestors() if node is not element)
        ]

    def _after_patch(self, patch: Patch, *, joining: bool) -> None:
        self.page.document.touch()
        self.page.overlay.after_patch()
        self.page.leave_removed(patch.removed)
        mounted = [self.container] if joining else patch.added
        for node in [node for root in mounted for node in root.walk()]:
            if "phx-mounted" in node.attrs:
                self._run(node, "phx-mounted")

    def _run_all(self, binding: str) -> None:
        for node in [node for node in self.container.walk() if binding in node.attrs]:
            self._run(node, binding)

    def _run(self, node: DomNode, binding: str) -> None:
        """Run what an element wants run when something happens to its view."""
        for name, arguments in commands.parse_commands(node.attrs[binding]):
            if name in commands.DOM_COMMANDS:
                for target in commands.targets(self.page.document, node, arguments.get("to")):
                    commands.change_dom(name, target, arguments)
            elif name == "push":
                payload = {"type": None, "event": arguments["event"], "value": arguments.get("value", {})}
                self.page.send(self, "event", payload, binding, node)
        self.page.document.touch()

    def _set_title(self, title: str | None) -> None:
        if title is not None:
            self.title = title

    def _take_events(self, events: list[list[Any]]) -> None:
        """Hand events to whoever listens: the page's memory, or the test."""
        for name, payload, *_ in events:
            if name == KEEP:
                self.page.kept.keep(payload)
            elif name == ONLINE_ONLY:
                self.page.undone.learn(f"lv:{payload['id']}", payload["names"])
            else:
                self.events.append((name, payload))

    def _components(self) -> dict[int, DomNode]:
        """The elements of the view's components, by number."""
        return {
            int(node.attrs["data-phx-component"]): node
            for node in owned_by(self.container)
            if "data-phx-component" in node.attrs
        }

    def _destroy_components(self, push: ClientPush) -> None:
        """The steps in which client and server agree that components are gone: it looks again in between."""
        if push.event == "cids_will_destroy":
            shown = self._components()
            gone = [cid for cid in push.payload["cids"] if cid not in shown]
            if gone:
                self.page.send(self, "cids_destroyed", {"cids": gone}, "cids_destroyed")
        elif self.tree is not None:
            self.tree.forget_components(push.response["cids"])

    # -- recovery --------------------------------------------------------------

    def _recover(self) -> None:
        recoverable = self.root.recoverable
        for form in [node for node in self.container.walk() if node.tag == "form" and node.id in recoverable]:
            if next(filter(is_view, form.ancestors())) is self.container:
                recover(self.page, form, recoverable.pop(form.id))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
