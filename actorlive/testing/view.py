"""View: what a test holds of a live view."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from actorlive.errors import did_you_mean
from actorlive.runtime import alive, owned, statistics
from actorlive.testing.browser import forms, gestures
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.files import LocalFile
from actorlive.testing.browser.messages import Loaded
from actorlive.testing.element import Element, FormElement, TextPattern
from actorlive.testing.errors import ElementError, Failure, NotIdle, hide_frames
from actorlive.testing.file_input import FileInput
from actorlive.testing.view_connection import BreakableView
from actorlive.testing.view_navigation import Destination, NavigatingView

__all__ = ["Destination", "View"]

__tracebackhide__ = hide_frames


class View(NavigatingView, BreakableView):
    """A connected view (LiveViewTest's `view`).

    Every method settles first: all that can happen without time passing has happened when it looks. What goes wrong
    in a view meanwhile, the exception of a crashed callback above all, is raised from the call that was waiting.
    """

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

    async def open_browser(self, open_page: Callable[[str], object] = webbrowser.open) -> Path:
        """Write the page to a file and show it in a browser (`open_browser/2`)."""
        await self.settle()
        with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
            file.write("<!DOCTYPE html>" + self.page.document.root.outer_html())
        open_page(Path(file.name).as_uri())
        return Path(file.name)

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

    # -- HTTP ------------------------------------------------------------------

    async def send_over_http(self, form: DomNode, button: DomNode | None) -> Loaded:
        """Send a form as the browser does without LiveView; what came back."""
        page = self.page
        pairs = forms.pairs(page.document, form, submitter=button)
        method = form.attrs.get("method", "get").lower()
        url = page.absolute(form.attrs.get("action", "") or page.url)
        return await self._driver.world.send_form(url, method, pairs)
