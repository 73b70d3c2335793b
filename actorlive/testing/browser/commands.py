"""JS commands that only change the page: run here as the browser runs them, their end result at once.

Classes, attributes, show, hide and toggle are sticky: they are kept with the element and applied again after every
patch. Transitions take no time; what they leave behind (end classes, visibility) is there at once. Whether an element
is visible is decided by `display: none`, `hidden` and closed `<details>` on it and around it; style sheets are not
read.

Commands that reach further (push, patch, navigate, exec, dispatch, focus) are the page's own business; see page.py.
"""

from __future__ import annotations

import json
from typing import Any, cast

from actorlive.testing.browser.dom import Document, DomNode
from actorlive.testing.browser.patch import apply_sticky, set_classes, set_display
from actorlive.testing.errors import CommandFailure, hide_frames

__all__ = ["DOM_COMMANDS", "Command", "change_dom", "is_visible", "parse_commands", "phx_values", "targets"]

__tracebackhide__ = hide_frames

Command = tuple[str, dict[str, Any]]

ClassLists = tuple[list[str], list[str], list[str]] | None
"""Classes during the transition, at its start, at its end."""

_NONE: tuple[list[str], list[str], list[str]] = ([], [], [])

_TABLE_DISPLAY = {"tr": "table-row", "td": "table-cell"}


def parse_commands(attribute: str) -> list[Command]:
    """The commands of a `phx-*` attribute: a JSON list, or the plain name of an event. Raises `CommandFailure`."""
    if not attribute.startswith("["):
        return [("push", {"event": attribute})]
    try:
        commands = json.loads(attribute)
    except ValueError as error:
        raise CommandFailure(f"not a list of JS commands: {attribute!r} ({error})") from error
    return [(name, cast("dict[str, Any]", arguments)) for name, arguments in commands]


def phx_values(node: DomNode) -> dict[str, str]:
    """What the `phx-value-…` of an element add to its events."""
    prefix = "phx-value-"
    return {name.removeprefix(prefix): value for name, value in node.attrs.items() if name.startswith(prefix)}


def targets(document: Document, source: DomNode, to: Any) -> list[DomNode]:
    """The elements that a command's `to` means; without one, the element itself."""
    if to is None:
        return [source]
    if isinstance(to, str):
        return document.select(to)
    scope = cast("dict[str, str]", to)
    if "closest" in scope:
        found = document.closest(source, scope["closest"])
        return [] if found is None else [found]
    return document.select(scope["inner"], within=source)


def is_visible(node: DomNode) -> bool:
    """Whether the element takes up space, as far as attributes tell."""
    inner: DomNode | None = None
    for ancestor in node.bubbles():
        if ancestor.tag == "template" or "hidden" in ancestor.attrs or _displays_none(ancestor):
            return False
        if ancestor.tag == "details" and "open" not in ancestor.attrs and inner and inner.tag != "summary":
            return False
        inner = ancestor
    return True


def _displays_none(node: DomNode) -> bool:
    style = node.attrs.get("style", "")
    return any(rule.replace(" ", "") == "display:none" for rule in style.split(";"))


def change_dom(name: str, node: DomNode, arguments: dict[str, Any]) -> None:
    """Run one command of `DOM_COMMANDS` on one element."""
    DOM_COMMANDS[name](node, arguments)


# -- classes -------------------------------------------------------------------


def _change_classes(node: DomNode, adds: list[str], removes: list[str], transition: ClassLists) -> None:
    during, start, end = transition or _NONE
    adds = [*adds, *end]
    removes = [*removes, *during, *start]
    before_adds, before_removes = node.client.sticky_classes
    new_adds = [name for name in adds if name not in before_adds and name not in node.classes]
    new_removes = [name for name in removes if name not in before_removes and name in node.classes]
    node.client.sticky_classes = (
        [name for name in before_adds if name not in removes] + new_adds,
        [name for name in before_removes if name not in adds] + new_removes,
    )
    kept = [name for name in node.classes if name not in removes]
    set_classes(node, [*kept, *(name for name in dict.fromkeys(adds) if name not in kept)])


def _add_class(node: DomNode, arguments: dict[str, Any]) -> None:
    _change_classes(node, arguments["names"], [], arguments.get("transition"))


def _remove_class(node: DomNode, arguments: dict[str, Any]) -> None:
    _change_classes(node, [], arguments["names"], arguments.get("transition"))


def _toggle_class(node: DomNode, arguments: dict[str, Any]) -> None:
    missing = [name for name in arguments["names"] if name not in node.classes]
    present = [name for name in arguments["names"] if name in node.classes]
    _change_classes(node, missing, present, arguments.get("transition"))


def _transition(node: DomNode, arguments: dict[str, Any]) -> None:
    _change_classes(node, [], [], arguments["transition"])


# -- attributes ----------------------------------------------------------------


def _set_attr(node: DomNode, arguments: dict[str, Any]) -> None:
    name, value = arguments["attr"]
    _keep_attribute(node, name, value)


def _remove_attr(node: DomNode, arguments: dict[str, Any]) -> None:
    _keep_attribute(node, arguments["attr"], None)


def _toggle_attr(node: DomNode, arguments: dict[str, Any]) -> None:
    name, value, *other = arguments["attr"]
    if name not in node.attrs:
        _keep_attribute(node, name, value)
    elif not other:
        _keep_attribute(node, name, None)
    else:
        _keep_attribute(node, name, other[0] if node.attrs[name] == value else value)


def _keep_attribute(node: DomNode, name: str, value: str | None) -> None:
    node.client.sticky_attributes[name] = value
    apply_sticky(node)


def _ignore_attrs(node: DomNode, arguments: dict[str, Any]) -> None:
    node.client.ignored_attributes = list(arguments["attrs"])


# -- visibility ----------------------------------------------------------------


def _show(node: DomNode, arguments: dict[str, Any]) -> None:
    if not is_visible(node):
        _appear(node, arguments.get("display"), arguments.get("transition"))


def _hide(node: DomNode, arguments: dict[str, Any]) -> None:
    if is_visible(node):
        _vanish(node, arguments.get("transition"))


def _toggle(node: DomNode, arguments: dict[str, Any]) -> None:
    if is_visible(node):
        _vanish(node, arguments.get("outs"))
    else:
        _appear(node, arguments.get("display"), arguments.get("ins"))


def _appear(node: DomNode, display: str | None, transition: ClassLists) -> None:
    _forget_classes(node, transition)
    node.client.display = display or _TABLE_DISPLAY.get(node.tag, "block")
    set_display(node, node.client.display)


def _vanish(node: DomNode, transition: ClassLists) -> None:
    _forget_classes(node, transition)
    node.client.display = "none"
    set_display(node, "none")


def _forget_classes(node: DomNode, transition: ClassLists) -> None:
    """After show and hide nothing of their transition stays."""
    if transition:
        during, start, end = transition
        _change_classes(node, [], [*during, *start, *end], None)


DOM_COMMANDS = {
    "add_class": _add_class,
    "hide": _hide,
    "ignore_attrs": _ignore_attrs,
    "remove_attr": _remove_attr,
    "remove_class": _remove_class,
    "set_attr": _set_attr,
    "show": _show,
    "toggle": _toggle,
    "toggle_attr": _toggle_attr,
    "toggle_class": _toggle_class,
    "transition": _transition,
}
"""The commands of this module by their names on the wire."""
