"""What the visitor does, and what the browser makes of it: frames to the server, commands run on the page.

A gesture starts at an element, finds the binding that answers it (a click bubbles, a form's button submits, a link
leads somewhere), and runs its JS commands from left to right. Like the client, it drops a click on an element whose
last event is not answered yet. `phx-debounce` and `phx-throttle` take no time here: a gesture is sent at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from actorlive.testing.browser import commands, forms
from actorlive.testing.browser.aiming import aims, owner
from actorlive.testing.browser.client_view import ClientView
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.messages import ClientPush, Navigation
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.view_status import ENDED, ViewStatus
from actorlive.testing.errors import CommandFailure, ElementError, ViewGone, hide_frames

__all__ = ["Gesture", "blur", "change", "click", "focus", "hook", "key", "push", "submit"]

__tracebackhide__ = hide_frames

VALUED = frozenset(("button", "input", "select", "textarea", "option", "output", "progress", "meter", "data"))


@dataclass(frozen=True, slots=True)
class FormPart:
    """What a change or a submit sends of its form. `only` is the one field that is sent; None for all of them."""

    submitter: DomNode | None = None
    only: str | None = None
    target: str | None = None
    """The name of the control that was changed, for `_target`."""
    uploads: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The files of the control that was changed, if it takes any."""


@dataclass(slots=True)
class Gesture:
    """One act of the visitor, at one element. `sent` is what it sent."""

    page: Page
    kind: str
    node: DomNode
    what: str
    """For messages: "the click of <button …>"."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the test adds to the event's value; it wins over everything."""
    key: str | None = None
    part: FormPart = FormPart()
    sent: list[ClientPush] = field(default_factory=list[ClientPush])

    def run(self, attribute: str, node: DomNode | None = None) -> None:
        """Run the commands of an attribute of the gesture's element, or of another one."""
        for name, arguments in commands.parse_commands(attribute):
            self.command(name, arguments, node or self.node)

    def command(self, name: str, arguments: dict[str, Any], node: DomNode) -> None:
        """Run one command on its targets."""
        match name:
            case "push":
                self.push(arguments, node)
            case "patch":
                patch_to(self.page, owner(self.page, node), arguments["href"], self.sent)
            case "navigate":
                href, replace = arguments["href"], bool(arguments.get("replace"))
                owner(self.page, node).go(Navigation("live_redirect", href, None, replace))
            case _:
                for target in commands.targets(self.page.document, node, arguments.get("to")):
                    self._on_target(name, arguments, target, node)
        self.page.document.touch()

    def _on_target(self, name: str, arguments: dict[str, Any], target: DomNode, source: DomNode) -> None:
        if name in commands.DOM_COMMANDS:
            commands.change_dom(name, target, arguments)
        elif name == "exec":
            self._exec(arguments["attr"], target)
        elif name == "dispatch":
            self._dispatch(arguments, target, source)
        elif name in ("focus", "focus_first", "push_focus", "pop_focus"):
            self.page.focus_command(name, target)
        else:
            raise CommandFailure(f"the client knows no command {name!r} (in {source!r})")

    def _exec(self, attribute: str, target: DomNode) -> None:
        if attribute not in target.attrs:
            raise CommandFailure(f"exec: {target!r} has no attribute {attribute!r}")
        self.run(target.attrs[attribute], target)

    def _dispatch(self, arguments: dict[str, Any], target: DomNode, source: DomNode) -> None:
        if arguments["event"] == "al:opt":
            self.page.overlay.show(self, arguments["detail"]["ops"], source)
        elif arguments["event"] == "click":
            self.sent += click(self.page, target)
        elif arguments["event"] in {"change", "input"} and _bubble(target, "phx-change") is not None:
            self.sent += change(self.page, target)
        else:
            self.page.dispatched.append((arguments["event"], arguments.get("detail") or {}, target))

    # -- pushing ---------------------------------------------------------------

    def push(self, arguments: dict[str, Any], node: DomNode) -> None:
        """Send an event to every view or component that it is aimed at."""
        target = arguments.get("target") or node.attrs.get("phx-target")
        for view, cid in aims(self.page, node, target):
            payload = self._payload(arguments, node)
            if cid is not None:
                payload["cid"] = cid
            self.page.overlay.stamp(self, payload)
            self.sent.append(send(self.page, view, payload, self.what, node))

    def _payload(self, arguments: dict[str, Any], node: DomNode) -> dict[str, Any]:
        value: dict[str, Any] = arguments.get("value") or {}
        event = arguments["event"]
        if self.kind in ("change", "submit"):
            return self._form_payload(event, value)
        meta = {**commands.phx_values(node), **_own_value(node), **self._key(), **value, **self.extra}
        return {"type": self.kind, "event": event, "value": meta}

    def _key(self) -> dict[str, Any]:
        return {} if self.key is None else {"key": self.key}

    def _form_payload(self, event: str, value: dict[str, Any]) -> dict[str, Any]:
        form = self.node if self.node.tag == "form" else form_of(self.page, self.node)
        meta = {**commands.phx_values(self.node), **value, **self.extra}
        payload: dict[str, Any] = {"type": "form", "event": event, "meta": meta}
        payload["value"] = forms.serialize(
            self.page.document, form, submitter=self.part.submitter, only=self.part.only
        )
        if self.kind == "change":
            payload["meta"] = {"_target": self.part.target or "undefined", **meta}
            payload["uploads"] = self.part.uploads
        return payload


def send(
    page: Page, view: ClientView, payload: dict[str, Any], what: str, node: DomNode | None
) -> ClientPush:
    """Send an event. Raises `ViewGone` when the view has ended."""
    if view.navigation is not None:
        raise ViewGone(
            f"{what}: the view has sent its visitor to {view.navigation.to!r};"
            " go on with `await view.follow_redirect()`"
        )
    if view.status in ENDED:
        raise ViewGone(f"{what}: the view has ended ({view.status.value})")
    if view.status is not ViewStatus.JOINED:
        push = ClientPush("", view.topic, "event", payload, what, node, lost=True)
        page.undone.refuses(push)
        return push
    return page.send(view, "event", payload, what, node)


def patch_to(page: Page, view: ClientView, href: str, sent: list[ClientPush]) -> None:
    """Follow a patch link."""
    page.pending_link = page.send(view, "live_patch", {"url": page.absolute(href)}, f"the patch to {href!r}")
    sent.append(page.pending_link)


def _own_value(node: DomNode) -> dict[str, Any]:
    if node.tag == "li":
        return {"value": int(node.attrs["value"]) if node.attrs.get("value", "").isdigit() else 0}
    if node.tag not in VALUED:
        return {}
    if node.tag == "input" and forms.kind(node) in forms.TOGGLES:
        return {"value": forms.toggle_value(node)} if forms.values(node) else {}
    if node.tag in ("select", "textarea", "input"):
        return {"value": next(iter(forms.values(node)), node.attrs.get("value", ""))}
    return {"value": node.text() if node.tag == "output" else node.attrs.get("value", "")}


# -- clicks --------------------------------------------------------------------


def click(page: Page, node: DomNode, extra: Mapping[str, Any] | None = None) -> list[ClientPush]:
    """Click an element. Raises `ElementError` when nothing would happen."""
    what = f"the click of {node!r}"
    if forms.is_disabled(node):
        raise ElementError(f"{node!r} is disabled and cannot be clicked")
    gesture = Gesture(page, "click", node, what, extra or {})
    toggled = _toggle(page, node)
    away = _click_away(page, node, what)
    bound = _bubble(node, "phx-click")
    link = _bubble(node, "data-phx-link")
    if bound is not None:
        _click_bound(gesture, bound)
        if toggled and _hears_changes(page, node):
            gesture.sent += change(page, node)
    requesting = _bubble(node, "data-method")
    if requesting is not None:
        _request(page, requesting)
    elif link is not None:
        _follow_link(page, link, gesture.sent)
    elif bound is None and not _default_action(page, node, gesture) and not away:
        raise ElementError(
            f"nothing happens when {node!r} is clicked: it has no phx-click, is not a link, and submits no form"
        )
    return away + gesture.sent


def _toggle(page: Page, node: DomNode) -> bool:
    """Switch a checkbox or radio button, as a browser does before anything hears of the click; True for a change."""
    if node.tag != "input" or forms.kind(node) not in forms.TOGGLES:
        return False
    before = forms.values(node)
    if forms.kind(node) == "radio":
        forms.check_radio(page.document, node)
    else:
        node.client.entered = [] if before else [forms.toggle_value(node)]
    return forms.values(node) != before


def _hears_changes(page: Page, control: DomNode) -> bool:
    form = find_form(page, control)
    return "phx-change" in control.attrs or (form is not None and "phx-change" in form.attrs)


def _bubble(node: DomNode, attribute: str) -> DomNode | None:
    return next((ancestor for ancestor in node.bubbles() if attribute in ancestor.attrs), None)


def _click_bound(gesture: Gesture, bound: DomNode) -> None:
    if bound.state is not None and bound.state.locked_by is not None:
        return  # the client ignores it while the last event is on its way
    gesture.node = bound
    gesture.run(bound.attrs["phx-click"])


def _click_away(page: Page, node: DomNode, what: str) -> list[ClientPush]:
    sent: list[ClientPush] = []
    for other in page.document.select("[phx-click-away]"):
        if all(passed is not other for passed in node.bubbles()) and commands.is_visible(other):
            gesture = Gesture(page, "click", other, what)
            gesture.run(other.attrs["phx-click-away"])
            sent += gesture.sent
    return sent


def _follow_link(page: Page, link: DomNode, sent: list[ClientPush]) -> None:
    href = link.attrs.get("href", "")
    view = owner(page, link)
    if link.attrs["data-phx-link"] == "patch":
        patch_to(page, view, href, sent)
    else:
        replace = link.attrs.get("data-phx-link-state") == "replace"
        view.go(Navigation("live_redirect", href, None, replace))


def _request(page: Page, link: DomNode) -> None:
    """What the client's form for a link with a method sends."""
    method = link.attrs["data-method"].lower()
    to = link.attrs.get("data-to", link.attrs.get("href", ""))
    override = () if method == "post" else (("_method", method),)
    token = (("_csrf_token", link.attrs["data-csrf"]),) if link.attrs.get("data-csrf") else ()
    owner(page, link).go(Navigation("redirect", to, form=(*override, *token)))


def _default_action(page: Page, node: DomNode, gesture: Gesture) -> bool:
    """What the browser does by itself; False when that is nothing."""
    for ancestor in node.bubbles():
        if ancestor.tag == "a" and "href" in ancestor.attrs:
            owner(page, ancestor).go(Navigation("redirect", ancestor.attrs["href"]))
            return True
        if ancestor.tag == "summary" and ancestor.parent is not None:
            _toggle_details(page, ancestor.parent)
            return True
        if ancestor.tag in ("button", "input"):
            return _click_control(page, ancestor, gesture)
    return False


def _toggle_details(page: Page, details: DomNode) -> None:
    if "open" in details.attrs:
        del details.attrs["open"]
    else:
        details.attrs["open"] = ""
    page.document.touch()


def _click_control(page: Page, control: DomNode, gesture: Gesture) -> bool:
    kind = forms.kind(control)
    if kind in forms.TOGGLES:
        gesture.sent += change(page, control)
        return True
    form = find_form(page, control)
    if kind in ("submit", "image") and form is not None:
        gesture.sent += submit(page, form, submitter=control)
        return True
    return False


# -- forms ---------------------------------------------------------------------


def find_form(page: Page, control: DomNode) -> DomNode | None:
    """The form that a control belongs to, or None."""
    named = control.attrs.get("form")
    if named:
        return page.document.root.by_id(named)
    return next((node for node in control.ancestors() if node.tag == "form"), None)


def form_of(page: Page, control: DomNode) -> DomNode:
    """The form that a control belongs to. Raises `ElementError` when there is none."""
    form = find_form(page, control)
    if form is None:
        raise ElementError(
            f"{control!r} is not in a form, and only forms send changes: put a <form> around it"
        )
    return form


def change(
    page: Page, node: DomNode, extra: Mapping[str, Any] | None = None, target: str | None = None
) -> list[ClientPush]:
    """A control was changed, or a form as a whole. Raises `ElementError` when neither has `phx-change`."""
    form = node if node.tag == "form" else form_of(page, node)
    bound = node if "phx-change" in node.attrs else form
    if "phx-change" not in bound.attrs:
        raise ElementError(f"neither {node!r} nor its form has phx-change")
    name = forms.name_of(node) or target if node is not form else target
    node.client.used = True
    uploads = page.files.announce(node) if "data-phx-upload-ref" in node.attrs else {}
    only = name if bound is not form else None
    part = FormPart(node if node.tag == "button" else None, only, name, uploads)
    gesture = Gesture(page, "change", bound, f"the change of {node!r}", extra or {}, part=part)
    gesture.run(bound.attrs["phx-change"])
    return gesture.sent


def submit(
    page: Page, form: DomNode, extra: Mapping[str, Any] | None = None, submitter: DomNode | None = None
) -> list[ClientPush]:
    """Submit a form over its `phx-submit`. Raises `ElementError` when it has none."""
    if "phx-submit" not in form.attrs:
        raise ElementError(
            f"{form!r} has no phx-submit; to send it over HTTP use `view.form(…).submit_form()`"
        )
    for control in forms.controls(page.document, form):
        control.client.used = True
    gesture = Gesture(page, "submit", form, f"the submit of {form!r}", extra or {}, part=FormPart(submitter))
    gesture.run(form.attrs["phx-submit"])
    return gesture.sent


# -- keys, focus, hooks --------------------------------------------------------


def key(
    page: Page, node: DomNode, kind: str, pressed: str, extra: Mapping[str, Any] | None = None
) -> list[ClientPush]:
    """`kind` is "keydown" or "keyup". Window bindings hear it, too."""
    bound = [node] if f"phx-{kind}" in node.attrs else []
    bound += [
        other for other in page.document.select(f"[phx-window-{kind}]") if other is not node or not bound
    ]
    if not bound:
        raise ElementError(
            f"nothing hears a {kind} of {node!r}: neither phx-{kind} on it nor phx-window-{kind} anywhere"
        )
    sent: list[ClientPush] = []
    for other in bound:
        if other.attrs.get("phx-key", pressed).lower() == pressed.lower():
            attribute = f"phx-{kind}" if f"phx-{kind}" in other.attrs else f"phx-window-{kind}"
            gesture = Gesture(page, kind, other, f"the {kind} of {node!r}", extra or {}, pressed)
            gesture.run(other.attrs[attribute])
            sent += gesture.sent
    return sent


def focus(page: Page, node: DomNode, extra: Mapping[str, Any] | None = None) -> list[ClientPush]:
    """The element gets the focus."""
    page.active = node
    return _plain(page, node, "focus", extra)


def blur(page: Page, node: DomNode, extra: Mapping[str, Any] | None = None) -> list[ClientPush]:
    """The element loses the focus."""
    page.active = None
    node.client.used = True
    return _plain(page, node, "blur", extra)


def _plain(page: Page, node: DomNode, kind: str, extra: Mapping[str, Any] | None) -> list[ClientPush]:
    if f"phx-{kind}" not in node.attrs:
        raise ElementError(f"{node!r} has no phx-{kind}")
    gesture = Gesture(page, kind, node, f"the {kind} of {node!r}", extra or {})
    gesture.run(node.attrs[f"phx-{kind}"])
    return gesture.sent


def hook(page: Page, node: DomNode, event: str, value: Any) -> list[ClientPush]:
    """A hook of the element calls `pushEvent`."""
    hooked = {"phx-hook", "phx-viewport-top", "phx-viewport-bottom"} & node.attrs.keys()
    if not hooked:
        raise ElementError(
            f"{node!r} has no phx-hook (nor a viewport binding), so nothing can push {event!r} from it"
        )
    if "phx-hook" in node.attrs and not node.id:
        raise ElementError(f"{node!r} has a phx-hook but no id, which the client demands")
    payload = {"type": "hook", "event": event, "value": value}
    return [send(page, owner(page, node), payload, f"pushEvent({event!r}) of {node!r}", node)]


def push(
    page: Page, view: ClientView, kind: str, event: str, value: Any, target: str | None = None
) -> list[ClientPush]:
    """An event by its name, as if some element had sent it."""
    payload: dict[str, Any] = {"type": kind, "event": event, "value": value}
    what = f"the {kind} event {event!r}"
    if target is None:
        return [send(page, view, payload, what, None)]
    return [
        send(page, aimed, payload if cid is None else {**payload, "cid": cid}, what, None)
        for aimed, cid in aims(page, view.container, target)
    ]
