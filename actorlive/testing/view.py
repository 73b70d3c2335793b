"""View: what a test holds of a live view."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from actorlive.errors import did_you_mean
from actorlive.runtime import Pid, alive, exit, owned, statistics
from actorlive.testing.browser import forms, gestures
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.files import LocalFile
from actorlive.testing.browser.messages import ClientPush, Loaded, Navigation
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.view_status import ENDED
from actorlive.testing.element import Element, FormElement, TextPattern
from actorlive.testing.errors import ElementError, Failure, NotIdle, hide_frames
from actorlive.testing.file_input import FileInput
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.refusals import gone_error
from actorlive.testing.worlds.world import Crash

__all__ = ["Destination", "View"]

__tracebackhide__ = hide_frames


class Destination:
    """Where a view has sent its visitor. `kind` is "redirect" or "live_redirect"; `flash` is what goes along."""

    __slots__ = ("flash", "kind", "to")

    def __init__(self, to: str, kind: str, flash: dict[str, str]) -> None:
        self.to: str = to
        self.kind: str = kind
        self.flash: dict[str, str] = flash

    def __repr__(self) -> str:
        return f"Destination({self.to!r}, {self.kind!r}, flash={self.flash!r})"


class View:
    """A connected view (LiveViewTest's `view`).

    Every method settles first: all that can happen without time passing has happened when it looks. What goes wrong
    in a view meanwhile, the exception of a crashed callback above all, is raised from the call that was waiting.
    """

    def __init__(self, driver: Driver, client_view: ClientView, target: str | None = None) -> None:
        self._driver = driver
        self._target = target
        self.client_view = client_view
        """The client's side of the view; internals, for a look while debugging."""

    def __repr__(self) -> str:
        return f"<View #{self.client_view.id} at {self.url}, {self.client_view.status.value}>"

    @property
    def page(self) -> Page:
        """The tab that the view is in."""
        return self.client_view.page

    @property
    def url(self) -> str:
        """The page's URL; patches change it."""
        return self.page.url

    @property
    def path(self) -> str:
        """The page's path with its query."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def pid(self) -> Pid:
        """The view's process: `send(view.pid, message)`. Raises `Failure` over a real socket."""
        return self._driver.world.pid(self.client_view)

    # -- looking ---------------------------------------------------------------

    def element(self, selector: str, text: TextPattern = None) -> Element:
        """A handle on the element that matches a CSS selector and has the text (`element/3`)."""
        return Element(self, selector, text)

    def file_input(self, selector: str, files: Iterable[LocalFile | str | Path]) -> FileInput:
        """Files that the visitor chooses in an upload's input: `LocalFile`s, or paths of files (`file_input/4`)."""
        return FileInput(self, selector, files)

    def form(self, selector: str, data: Mapping[str, Any] | None = None) -> FormElement:
        """A handle on a form, with what a visitor enters in it (`form/3`)."""
        return FormElement(self, selector, data)

    async def has_element(self, selector: str, text: TextPattern = None) -> bool:
        """True when one element or more matches (`has_element?/3`)."""
        return await Element(self, selector, text).exists()

    async def render(self) -> str:
        """The container's outer HTML (`render/1`)."""
        await self.settle()
        return self.client_view.container.outer_html()

    async def text(self) -> str:
        """The view's text, white space collapsed."""
        await self.settle()
        return self.client_view.container.text()

    async def page_title(self) -> str:
        """The document's title: the last that the server sent, else the page's own (`page_title/1`)."""
        await self.settle()
        return self.client_view.title if self.client_view.title is not None else self.page.dead_title

    # -- doing -----------------------------------------------------------------

    async def click(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """A click event by its name, without an element (`render_click(view, event, value)`)."""
        return await self._push("click", event, value, wait=wait)

    async def keydown(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """A keydown event by its name."""
        return await self._push("keydown", event, value, wait=wait)

    async def keyup(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """A keyup event by its name."""
        return await self._push("keyup", event, value, wait=wait)

    async def focus(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """A focus event by its name."""
        return await self._push("focus", event, value, wait=wait)

    async def blur(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """A blur event by its name."""
        return await self._push("blur", event, value, wait=wait)

    async def hook(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """An event of some hook by its name (`render_hook/3`)."""
        return await self._push("hook", event, value, wait=wait)

    render_hook = hook

    async def change(self, event: str, value: Mapping[str, Any], *, wait: bool = True) -> str:
        """A form's change by its event's name; the values are not checked against any form."""
        return await self._push("change", event, value, wait=wait)

    async def submit(self, event: str, value: Mapping[str, Any], *, wait: bool = True) -> str:
        """A form's submit by its event's name; the values are not checked against any form."""
        return await self._push("submit", event, value, wait=wait)

    async def _push(self, kind: str, event: str, value: Any, *, wait: bool) -> str:
        await self.settle()
        payload: Any = {} if value is None else value
        if kind in ("change", "submit"):
            kind, payload = "form", forms.encode(payload)
        return await self.perform(
            gestures.push(self.page, self.client_view, kind, event, payload, self._target), wait=wait
        )

    def with_target(self, selector: str) -> View:
        """The same view; its events by name go to the component or view that the selector finds (`with_target/2`)."""
        return View(self._driver, self.client_view, selector)

    async def perform(self, sent: list[ClientPush], *, wait: bool) -> str:
        """Wait for answers; the view's inner HTML after them."""
        if wait:
            await self._driver.await_answers(sent)
            await self.settle()
        await self._driver.send_request()
        return self.client_view.container.inner_html()

    def require_network(self, of: DomNode) -> None:
        """Raises `Failure` for the files of an element while the network is cut: none of them is half-way then."""
        self._driver.require_network(repr(of))

    # -- time ------------------------------------------------------------------

    async def settle(self) -> None:
        """Wait until everything rests: every process and task is blocked, no worker thread is at work.

        No virtual time passes. Raises `NotIdle`, with names, when something does not come to rest.
        """
        await self._driver.settle()

    async def advance(self, seconds: float) -> None:
        """Let virtual seconds pass, deadline by deadline, those at the very end included; then settle."""
        await self._driver.advance(seconds)

    async def until(self, test: Callable[[], bool], timeout: float = 5.0) -> None:
        """Let time pass until `test()` holds. Raises `Failure` after `timeout` seconds."""
        if not await self._driver.until(test, timeout):
            raise Failure(f"it did not come true within {timeout:g} s")

    async def render_async(self, timeout: float = 60.0) -> str:
        """Wait for the async tasks that the view has now, then settle; its outer HTML (`render_async/2`).

        Tasks that are started by the end of these are not waited for, nor are timers. Raises `NotIdle` when they take
        longer than `timeout` virtual seconds.
        """
        await self.settle()
        tasks = owned(self.pid)
        if not await self._driver.until(lambda: not any(map(alive, tasks)), timeout):
            left = [statistics(task).current_function for task in tasks if alive(task)]
            raise NotIdle(f"async tasks still run after {timeout:g} s: {', '.join(left)}")
        return await self.render()

    # -- URL -------------------------------------------------------------------

    async def patch(self, path: str) -> str:
        """Go to another URL of this view, as a patch link does (`render_patch/2`)."""
        await self.settle()
        self._require_alive()
        sent: list[ClientPush] = []
        gestures.patch_to(self.page, self.client_view, path, sent)
        return await self.perform(sent, wait=True)

    async def assert_patch(self, to: str | None = None, timeout: float = 0.0) -> str:
        """The next URL that was patched to, which must be `to`, within `timeout` seconds (`assert_patch/3`).

        Patches of the server count, and those of links, of `JS.patch` and of `view.patch`.
        """
        patches = self.client_view.patches
        if not await self._driver.until(lambda: _has(patches, to), timeout):
            raise Failure(f"no patch{'' if to is None else f' to {to!r}'}; so far: {patches or 'none'}")
        return _take(patches, to)

    async def refute_patched(self, to: str | None = None) -> None:
        """Raises `Failure` when there was a patch, to `to` or anywhere (`refute_patched/2`)."""
        await self.settle()
        if _has(self.client_view.patches, to):
            raise Failure(f"unexpected patch: {self.client_view.patches}")

    async def assert_redirect(self, to: str | None = None, timeout: float = 0.0) -> Destination:
        """Where the view has sent its visitor, which must be `to`, within `timeout` seconds (`assert_redirect/3`)."""
        if not await self._driver.until(lambda: self.client_view.navigation is not None, timeout):
            raise Failure(f"no redirect{'' if to is None else f' to {to!r}'}: the view is at {self.path}")
        redirect = self._redirect()
        assert redirect is not None
        if to is not None and redirect.to != to:
            raise Failure(f"redirected to {redirect.to!r}, not to {to!r}")
        return redirect

    async def refute_redirected(self, to: str | None = None) -> None:
        """Raises `Failure` when the view has sent its visitor elsewhere (`refute_redirected/2`)."""
        await self.settle()
        redirect = self._redirect()
        if redirect is not None and to in (None, redirect.to):
            raise Failure(f"unexpected {redirect!r}")

    async def follow_redirect(self, to: str | None = None) -> View:
        """Go where the view sends its visitor; the view there (`follow_redirect/3`).

        A navigation goes over the same socket where the live session allows it, else the page is loaded, as in the
        browser. Raises `Failure` when there is no redirect, it leads elsewhere than `to`, or to a page without a live
        view.
        """
        await self.assert_redirect(to)
        navigation = self.client_view.navigation
        assert navigation is not None
        return View(self._driver, await self._driver.follow(navigation))

    async def follow_to_page(self, to: str | None = None) -> Loaded:
        """Like `follow_redirect`, to a page that is not a live view."""
        await self.assert_redirect(to)
        navigation = self.client_view.navigation
        assert navigation is not None
        return await self._driver.load(navigation)

    async def live_redirect(self, to: str) -> View:
        """Navigate to another view, as a navigate link does (`live_redirect/2`)."""
        await self.settle()
        self._require_alive()
        self.client_view.go(Navigation("live_redirect", to))
        return await self.follow_redirect()

    def _redirect(self) -> Destination | None:
        navigation = self.client_view.navigation
        if navigation is None:
            return None
        flash = self._driver.world.read_flash(navigation.flash_token)
        return Destination(navigation.to, navigation.kind, flash)

    def _require_alive(self) -> None:
        if self.client_view.navigation is not None or self.client_view.status in ENDED:
            raise gone_error(self.client_view.navigation, self.client_view.status)

    # -- events and replies ----------------------------------------------------

    async def assert_push_event(
        self, name: str, payload: Mapping[str, Any] | None = None, timeout: float = 0.0
    ) -> dict[str, Any]:
        """The payload of the next `push_event` of that name that holds all of `payload` (`assert_push_event/4`)."""
        events = self.client_view.events

        def fits(event: tuple[str, dict[str, Any]]) -> bool:
            return event[0] == name and (payload is None or payload.items() <= event[1].items())

        if not await self._driver.until(lambda: any(map(fits, events)), timeout):
            shown = ", ".join(f"{event!r} {detail!r}" for event, detail in events) or "none"
            near = did_you_mean(name, [event for event, _ in events])
            raise Failure(
                f"no push_event {name!r}{'' if payload is None else f' with {payload!r}'}.{near} Came: {shown}"
            )
        found = next(event for event in events if fits(event))
        events.remove(found)
        return found[1]

    async def refute_push_event(self, name: str, payload: Mapping[str, Any] | None = None) -> None:
        """Raises `Failure` when a `push_event` of that name came that holds all of `payload` (`refute_push_event`)."""
        await self.settle()
        for event, detail in self.client_view.events:
            if event == name and (payload is None or payload.items() <= detail.items()):
                raise Failure(f"unexpected push_event {name!r} {detail!r}")

    async def assert_reply(self, reply: Any = ..., timeout: float = 0.0) -> Any:
        """The next reply to an event; equal to `reply`, if given (`assert_reply/3`)."""
        replies = self.client_view.replies
        if not await self._driver.until(lambda: bool(replies) if reply is ... else reply in replies, timeout):
            raise Failure(f"no reply{'' if reply is ... else f' {reply!r}'}; came: {replies or 'none'}")
        return replies.pop(0 if reply is ... else replies.index(reply))

    async def assert_dispatched(self, name: str) -> dict[str, Any]:
        """The detail of the next DOM event that a `JS.dispatch` sent; nothing listens to them here."""
        await self.settle()
        dispatched = self.page.dispatched
        for index, (event, detail, _) in enumerate(dispatched):
            if event == name:
                del dispatched[index]
                return detail
        raise Failure(
            f"no DOM event {name!r} was dispatched; so far: {[event for event, *_ in dispatched] or 'none'}"
        )

    # -- views inside ----------------------------------------------------------

    async def live_children(self) -> list[View]:
        """The views inside of this one, and at the page's own those in the root layout (`live_children/1`)."""
        await self.settle()
        mine, views = self.client_view, list(self.page.views.values())
        return [View(self._driver, view) for view in views if view.parent is mine or self._has_beside(view)]

    def _has_beside(self, view: ClientView) -> bool:
        """True for a root within this one; those around it, in the root layout, are the page's own view's."""
        mine = self.client_view
        is_root = view.parent is None and view is not mine
        return is_root and (mine.is_main or view.container.inside(mine.container))

    async def find_live_child(self, dom_id: str) -> View:
        """The view inside of this one with that id (`find_live_child/2`). Raises `ElementError`."""
        children = await self.live_children()
        for child in children:
            if child.client_view.id == dom_id:
                return child
        ids = [child.client_view.id for child in children]
        raise ElementError(f"no live child {dom_id!r}.{did_you_mean(dom_id, ids)} Children: {ids or 'none'}")

    # -- trouble ---------------------------------------------------------------

    async def cut(self, *, noticed: bool = True) -> None:
        """Break the websocket beneath the page, which has a `line`: nobody notices in the page, its views live on.

        What was under way is lost, and comes again when `mend` brings the network back; what is done meanwhile, with
        `wait=False`, waits until then. After the application's `linger`, or 25 seconds, the line is lost, and the page
        shows it. With `noticed=False` the server takes the dead websocket for alive: `socket.lingering` is false, and
        what it sends is lost with the rest. Raises `Failure` when the page has no line, or is cut already.
        """
        await self.settle()
        self._driver.cut(noticed=noticed)
        await self.settle()

    async def mend(self) -> str:
        """Bring the network back that was `cut`: the page goes on, or, where its line is lost, joins afresh; the view's
        inner HTML."""
        await self.settle()
        await self._driver.mend()
        return self.client_view.container.inner_html()

    async def restart(self, *, kill: bool = False) -> str:
        """End the server, and start the same application again: the page rejoins it; the view's inner HTML.

        The server ends in order, as in a deploy: what the views have in their mailboxes is handled. With `kill` it ends
        as by `kill -9`: every process at once, and nobody is told. Either way processes and timers are new, forms are
        recovered, and kept values are there; what the application's modules hold stays, since the program does. Raises
        `Failure` when this `live()`, or one around it, has not started the application.
        """
        await self.settle()
        await self._driver.restart(kill=kill)
        return self.client_view.container.inner_html()

    async def disconnect(self) -> None:
        """End the socket, and its line with it. The page stays; its view shows that it is away."""
        await self.settle()
        await self._driver.disconnect()
        await self.settle()

    async def reconnect(self) -> str:
        """Connect again and join again, with the forms' recovery; the view's inner HTML. Raises `Failure` while the
        network is cut."""
        await self._driver.rejoin()
        return self.client_view.container.inner_html()

    async def crash(self) -> None:
        """End the view's process as an exception would. The client joins again after a second: `advance(1)`."""
        await self.settle()
        exit(self.pid, Crash("view.crash() was called"))
        await self.settle()

    async def open_browser(self, open_page: Callable[[str], object] = webbrowser.open) -> Path:
        """Write the page to a file and show it in a browser (`open_browser/2`)."""
        await self.settle()
        with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
            file.write("<!DOCTYPE html>" + self.page.document.root.outer_html())
        open_page(Path(file.name).as_uri())
        return Path(file.name)

    # -- HTTP ------------------------------------------------------------------

    async def send_over_http(self, form: DomNode, button: DomNode | None) -> Loaded:
        """Send a form as the browser does without LiveView; what came back."""
        page = self.page
        pairs = forms.pairs(page.document, form, submitter=button)
        method = form.attrs.get("method", "get").lower()
        url = page.absolute(form.attrs.get("action", "") or page.url)
        return await self._driver.world.send_form(url, method, pairs)


def _has(patches: list[str], to: str | None) -> bool:
    return bool(patches) if to is None else to in patches


def _take(patches: list[str], to: str | None) -> str:
    return patches.pop(0 if to is None else patches.index(to))
