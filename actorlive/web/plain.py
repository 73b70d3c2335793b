"""A component as the answer of an ordinary route: in the root layout, with the page's CSRF token, and no process.

The client's script is in the layout, so that `JS` commands and links with a method work; it opens no socket, because
there is no view to join. Mirrors rendering a function component from a Phoenix controller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from quart import Response, session

from actorlive.live.process.dead import DeadPage
from actorlive.template import Component, render_to_string
from actorlive.template.rendering.csrf import csrf_variable
from actorlive.web import csrf
from actorlive.web.dead import FRESH, take_flash
from actorlive.web.layouts import render_document

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["render_plain"]


def render_plain(live: ActorLive, component: Component[...], assigns: dict[str, Any]) -> Response:
    """The document. `page_title` and `flash` are the layout's, and the component's where it takes them."""
    csrf_token = csrf.masked_token(session)
    flash = take_flash(live.endpoint)
    offered: dict[str, Any] = {"page_title": None, "flash": flash, **assigns}
    wanted = {
        name: value
        for name, value in offered.items()
        if name not in ("page_title", "flash") or component.signature.accepts(name)
    }
    before = csrf_variable.set(csrf_token)
    try:
        content = Markup(render_to_string(component(**wanted), {}))
        page = DeadPage(content, offered["page_title"], offered["flash"], assigns)
        title = page.page_title or live.endpoint.default_title(component.function)
        document = render_document(live, live.root_layout, content, page, title, csrf_token)
    finally:
        csrf_variable.reset(before)
    return Response(document, content_type="text/html; charset=utf-8", headers=FRESH)
