"""Element and FormElement: handles on what a selector finds, used as a visitor would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from actorlive.testing import uploading
from actorlive.testing.browser import commands, failures, forms, gestures
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.failures import TextPattern
from actorlive.testing.browser.messages import ClientPush, Loaded
from actorlive.testing.errors import ElementError, FormError, hide_frames

if TYPE_CHECKING:
    from actorlive.testing.view import View

__all__ = ["Element", "FormElement"]

__tracebackhide__ = hide_frames


class Element:
    """A lazy handle: each use looks for exactly one element anew (LiveViewTest's `element/3`).

    `selector` is CSS; `text` a part of the element's text, or a regular expression to be found in it. Every method
    settles first. Those that send something wait for its answer, and return the view's new inner HTML; with
    `wait=False` they return at once. Raises `ElementError` for no match, several, or an element that cannot do it.
    """

    def __init__(
        self, view: View, selector: str, text: TextPattern = None, within: Element | None = None
    ) -> None:
        self._view = view
        self._within = within
        self.selector = selector
        self.text_filter: TextPattern = text

    def __repr__(self) -> str:
        return f"<Element {failures.describe(self.selector, self.text_filter)}>"

    def element(self, selector: str, text: TextPattern = None) -> Element:
        """An element inside of this one."""
        return Element(self._view, selector, text, self)

    # -- finding ---------------------------------------------------------------

    def matches(self) -> list[DomNode]:
        """All that match now, without settling."""
        within = self._root()
        found = self._view.page.document.select(self.selector, within)
        return [node for node in found if self._has_text(node)]

    def node(self) -> DomNode:
        """The one that matches now, without settling. Raises `ElementError`."""
        document, within, found = self._view.page.document, self._root(), self.matches()
        if len(found) == 1:
            return found[0]
        if not found:
            raise ElementError(failures.not_found(document, within, self.selector, self.text_filter))
        raise ElementError(failures.ambiguous(document, within, self.selector, self.text_filter, found))

    def _root(self) -> DomNode:
        return self._view.client_view.container if self._within is None else self._within.node()

    def _has_text(self, node: DomNode) -> bool:
        match self.text_filter:
            case None:
                return True
            case str() as part:
                return part in node.text()
            case pattern:
                return pattern.search(node.text()) is not None

    # -- looking ---------------------------------------------------------------

    async def exists(self) -> bool:
        """True when at least one element matches."""
        await self._view.settle()
        return bool(self.matches())

    async def count(self) -> int:
        """How many elements match."""
        await self._view.settle()
        return len(self.matches())

    async def texts(self) -> list[str]:
        """The texts of all elements that match."""
        await self._view.settle()
        return [node.text() for node in self.matches()]

    async def text(self) -> str:
        """The element's text, white space collapsed."""
        return (await self._settle()).text()

    async def render(self) -> str:
        """The element's outer HTML."""
        return (await self._settle()).outer_html()

    async def attribute(self, name: str) -> str | None:
        """An attribute's value; "" for a bare one, None when it is absent."""
        return (await self._settle()).attrs.get(name)

    async def has_class(self, name: str) -> bool:
        """True when the element has the class."""
        return name in (await self._settle()).classes

    async def is_visible(self) -> bool:
        """True unless `display: none`, `hidden` or a closed `<details>` hides it; style sheets are not read."""
        return commands.is_visible(await self._settle())

    async def is_focused(self) -> bool:
        """True when the focus is here."""
        return self._view.page.active is await self._settle()

    async def value(self) -> str:
        """What a form control holds."""
        return next(iter(forms.values(await self._settle())), "")

    async def _settle(self) -> DomNode:
        await self._view.settle()
        return self.node()

    # -- doing -----------------------------------------------------------------

    async def click(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Click: `phx-click` on it or around it, a link, a submit button, a checkbox, a `<summary>`.

        `value` goes over the element's `phx-value-*`.
        """
        await self._view.settle()
        node = self.node()
        if forms.kind(node) in ("submit", "image") and node.tag in ("button", "input"):
            return await self._submit(lambda node: gestures.click(self._view.page, node, value), wait=wait)
        return await self._do(lambda node: gestures.click(self._view.page, node, value), wait=wait)

    async def submit(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Submit a form; `value` is sent as is, beside its fields."""
        return await self._submit(lambda node: gestures.submit(self._view.page, node, value), wait=wait)

    async def _submit(self, act: Callable[[DomNode], list[ClientPush]], *, wait: bool) -> str:
        """Submit, with the chosen files before; nothing is sent where one of them is refused."""
        await self._view.settle()
        node = self.node()
        form = gestures.find_form(self._view.page, node) if node.tag != "form" else node
        if form is not None and not await uploading.send_pending(self._view, form):
            return self._view.client_view.container.inner_html()
        return await self._do(act, wait=wait)

    async def change(self, value: Any = None, *, wait: bool = True) -> str:
        """Change a control to `value` (None: the one that it has), or say that a form has changed."""

        def act(node: DomNode) -> list[ClientPush]:
            if node.tag == "form" or value is None:
                return gestures.change(self._view.page, node, value)
            form = gestures.form_of(self._view.page, node)
            forms.enter(node, value)
            return gestures.change(self._view.page, node, target=forms.name_of(node) or form.id)

        return await self._do(act, wait=wait)

    async def keydown(self, key: str, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Press a key on it, such as "Enter" or "a"."""
        return await self._do(
            lambda node: gestures.key(self._view.page, node, "keydown", key, value), wait=wait
        )

    async def keyup(self, key: str, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Let a key go."""
        return await self._do(
            lambda node: gestures.key(self._view.page, node, "keyup", key, value), wait=wait
        )

    async def focus(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Give it the focus; it must have `phx-focus`."""
        return await self._do(lambda node: gestures.focus(self._view.page, node, value), wait=wait)

    async def blur(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Take the focus from it; it must have `phx-blur`."""
        return await self._do(lambda node: gestures.blur(self._view.page, node, value), wait=wait)

    async def hook(self, event: str, value: Any = None, *, wait: bool = True) -> str:
        """What its hook's `pushEvent(event, value)` does (`render_hook/3`)."""
        payload: Any = {} if value is None else value
        return await self._do(lambda node: gestures.hook(self._view.page, node, event, payload), wait=wait)

    render_hook = hook

    async def _do(self, act: Callable[[DomNode], list[ClientPush]], *, wait: bool) -> str:
        await self._view.settle()
        return await self._view.perform(act(self.node()), wait=wait)


class FormElement(Element):
    """A form with what a visitor enters (LiveViewTest's `form/3`).

    `data` is nested (`{"user": {"name": "Ada"}}`) or flat (`{"user[name]": "Ada"}`), and checked against the page: the
    fields must exist and be enabled, choices must be on offer. Raises `FormError`, `ElementError`.
    """

    def __init__(self, view: View, selector: str, data: Mapping[str, Any] | None) -> None:
        super().__init__(view, selector)
        self._data = data or {}
        self._submitter: str | None = None

    def put_submitter(self, selector: str) -> FormElement:
        """Submit by this button, whose name and value are sent, too (`put_submitter/2`)."""
        self._submitter = selector
        return self

    async def change(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Enter the data, and send it as one change whose target is the last field entered.

        `value` is sent as is beside it; its `_target` replaces the target.
        """

        def act(form: DomNode) -> list[ClientPush]:
            filled = self._fill(form)
            page = self._view.page
            if filled and "phx-change" in filled[-1].attrs:
                return gestures.change(page, filled[-1], value)
            page.active = filled[-1] if filled else page.active
            return gestures.change(page, form, value, forms.name_of(filled[-1]) if filled else None)

        return await self._do(act, wait=wait)

    async def submit(self, value: Mapping[str, Any] | None = None, *, wait: bool = True) -> str:
        """Enter the data and submit; `value` is sent as is beside it."""

        def act(form: DomNode) -> list[ClientPush]:
            self._fill(form)
            self._view.page.active = None
            return gestures.submit(self._view.page, form, value, self._button(form))

        return await self._submit(act, wait=wait)

    async def submit_form(self) -> Loaded:
        """Send the form over HTTP to its `action`, as without LiveView (`submit_form/2`)."""
        await self._view.settle()
        form = self.node()
        self._fill(form)
        if "action" not in form.attrs:
            raise FormError(f"{form!r} has no action to be sent to over HTTP")
        return await self._view.send_over_http(form, self._button(form))

    async def follow_trigger_action(self) -> Loaded:
        """Send the form over HTTP, as the client does once the server rendered `phx-trigger-action`."""
        await self._view.settle()
        form = self.node()
        if "phx-trigger-action" not in form.attrs:
            raise FormError(f"{form!r} has no phx-trigger-action (did the server set it?)")
        return await self.submit_form()

    def _fill(self, form: DomNode) -> list[DomNode]:
        if form.tag != "form":
            raise FormError(f"{form!r} is not a form")
        filled = forms.fill(self._view.page.document, form, self._data)
        for control in filled:
            control.client.used = True
        return filled

    def _button(self, form: DomNode) -> DomNode | None:
        if self._submitter is None:
            return None
        document = self._view.page.document
        buttons = forms.submitters(document, form)
        chosen = [
            button for button in buttons if any(button is match for match in document.select(self._submitter))
        ]
        if len(chosen) != 1:
            raise FormError(
                f"{len(chosen)} buttons of {form!r} match {self._submitter!r};"
                f" it is submitted by {', '.join(map(repr, buttons)) or 'none'}"
            )
        if forms.is_disabled(chosen[0]) or not forms.name_of(chosen[0]):
            raise FormError(f"{chosen[0]!r} is disabled or has no name, so it would send nothing")
        return chosen[0]
