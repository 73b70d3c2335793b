"""The document around a page: head, body, and the browser client.

An application may bring its own: a `@component` with an `inner_block`, which is the live page, and whichever
it wants of these attributes:

| attribute     | what                                                                                         |
|---------------|----------------------------------------------------------------------------------------------|
| `page_title`  | what the page is called, for `<.live_title>`: the view's `page_title`; else "" where the     |
|               | application has a `title`, and the words of the view's name where not                        |
| `title`       | the application's                                                                            |
| `icon`        | the URL of the default icon                                                                  |
| `csrf_token`  | for `<meta name="csrf-token" content={@csrf_token}>`, without which no socket gets a session |
| `stylesheet`  | the URL of our stylesheet                                                                    |
| `stylesheets` | the URLs of the application's own                                                            |
| `color_scheme`| for `<meta name="color-scheme">`; None where the application has a style of its own          |
| `script`      | the URL of the browser client; load it with `defer`                                          |
| `colocated`   | tags for the head: the manifest of colocated hooks, and the stylesheet of colocated styles   |
| `flash`       | the messages to be shown, by kind                                                            |
| `csp_nonce`   | for the client's script, which tells it to the later mounts; None where the policy has none  |
| `assigns`     | the view's assigns                                                                           |
| `document`    | all that the default layout takes, as a mapping: `<.root_layout {@document}>`                |
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import DeadPage, DeadRedirect, render_around
from actorlive.template import Component, root_layout
from actorlive.template.names import title_words
from actorlive.template.rendering.renderer import render_tree
from actorlive.web.default_document import cut_document, slot_of
from actorlive.web.policy import nonce_under

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["RootLayout", "render_document", "takes_title"]

RootLayout = Component[...]


def takes_title(layout: RootLayout) -> bool:
    """True for a layout whose title is the page's."""
    return layout.signature.accepts("page_title") or layout.signature.accepts("document")


async def render_document(
    live: ActorLive,
    layout: RootLayout,
    container: Markup,
    page: DeadPage,
    made_by: Callable[..., Any],
    mount: Mount,
) -> str | DeadRedirect:
    """The whole document of a dead render. A layout that takes no `colocated` has it in front of the page. A view in
    the layout may lead elsewhere.

    `made_by` is the view or the component whose name the page has, if it has no other.
    """
    colocated = live.page_tags()
    document: dict[str, Any] = {
        "page_title": page.page_title or ("" if live.title is not None else title_words(made_by.__name__)),
        "title": live.title,
        "icon": live.assets.url("icon.svg"),
        "csrf_token": mount.csrf_token or "",
        "stylesheet": live.stylesheet,
        "stylesheets": [live.endpoint.statics.with_version(url) for url in live.stylesheets],
        "color_scheme": "light dark" if live.default_style else None,
        "script": live.assets.url("actorlive.js"),
        "colocated": colocated,
        "csp_nonce": page.assigns.get("csp_nonce") or nonce_under(live.csp),
    }
    if layout is root_layout and live.development is None:
        pieces = cut_document(document)
        if pieces is not None:
            return pieces.fill(document["csrf_token"], document["page_title"], container)
    known = {**document, "document": document, "flash": page.flash, "assigns": page.assigns}
    wanted = {name: known[name] for name in _wanted(layout, tuple(known))}
    content = container if "colocated" in wanted or "document" in wanted else colocated + container
    filled = layout(**wanted, inner_block=slot_of(content))
    return await render_around(mount, page.dom_ids, lambda: render_tree(filled, {}))


@lru_cache(maxsize=256)
def _wanted(layout: RootLayout, known: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the attributes a layout takes."""
    return tuple(name for name in known if layout.signature.accepts(name))
