"""A component as the answer of an ordinary route: in the root layout, with the page's CSRF token, and no process.

The client's script is in the layout, so that `JS` commands and links with a method work; it opens a socket only where
the component, or the layout, holds a live view (`<.live_render>`), which is a root of its own then. Mirrors rendering a
function component from a Phoenix controller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from quart import Response

from actorlive.live.endpoint import Route
from actorlive.live.process.dead import DeadPage, DeadRedirect, render_around
from actorlive.live.view import LiveView
from actorlive.template import Component
from actorlive.template.rendering.csrf import csrf_variable
from actorlive.template.rendering.renderer import render_tree
from actorlive.web.dead import answer, mount_here
from actorlive.web.layouts import render_document

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["render_plain"]

NOWHERE = Route(LiveView)
"""The page has no view of its own; those in it are of the default live session."""


async def render_plain(live: ActorLive, component: Component[...], assigns: dict[str, Any]) -> Response:
    """The document. `page_title` and `flash` are the layout's, and the component's where it takes them."""
    mount = mount_here(live, NOWHERE, {})
    offered: dict[str, Any] = {"page_title": None, "flash": dict(mount.flash), **assigns}
    wanted = {
        name: value
        for name, value in offered.items()
        if name not in ("page_title", "flash") or component.signature.accepts(name)
    }
    dom_ids: set[str] = set()
    before = csrf_variable.set(mount.csrf_token)
    try:
        content = await render_around(mount, dom_ids, lambda: render_tree(component(**wanted), {}))
        if isinstance(content, DeadRedirect):
            return answer(content)
        page = DeadPage(Markup(content), offered["page_title"], offered["flash"], assigns, dom_ids)
        made_by = component.function
        return answer(await render_document(live, live.root_layout, page.content, page, made_by, mount))
    finally:
        csrf_variable.reset(before)
