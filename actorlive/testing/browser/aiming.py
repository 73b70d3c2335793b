"""Whom an event goes to: the view that an element belongs to, or what its `phx-target` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from actorlive.testing.browser.failures import pretty
from actorlive.testing.errors import ElementError, hide_frames

if TYPE_CHECKING:
    from actorlive.testing.browser.client_view import ClientView
    from actorlive.testing.browser.dom import DomNode
    from actorlive.testing.browser.page import Page

__all__ = ["aims", "owner"]

__tracebackhide__ = hide_frames


def owner(page: Page, node: DomNode) -> ClientView:
    """The view that an element belongs to."""
    for ancestor in node.ancestors():
        view = page.views.get(ancestor.id)
        if view is not None and view.container is ancestor:
            return view
    return page.main


def aims(page: Page, node: DomNode, target: Any) -> list[tuple[ClientView, int | None]]:
    """The views and components that an event goes to."""
    if target is None:
        return [(owner(page, node), None)]
    if isinstance(target, int) or str(target).isdigit():
        return [(owner(page, node), int(target))]
    found = page.document.select(str(target))
    if not found:
        raise ElementError(
            f"the target {target!r} of {node!r} matches nothing in\n{pretty(page.main.container)}"
        )
    return [(owner(page, match), _component(page, match)) for match in found]


def _component(page: Page, node: DomNode) -> int | None:
    view = owner(page, node)
    for ancestor in node.ancestors():
        if "data-phx-component" in ancestor.attrs:
            return int(ancestor.attrs["data-phx-component"])
        if ancestor is view.container:
            return None
    return None
