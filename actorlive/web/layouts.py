"""The document around a page: head, body, and the browser client.

An application may bring its own: a `@component` with an `inner_block`, which is the live page, and whichever
it wants of these attributes:

| attribute    | what                                                                                        |
|--------------|---------------------------------------------------------------------------------------------|
| `page_title` | the view's `page_title`, "" when it has none; put it into `<.live_title>`                   |
| `csrf_token` | for `<meta name="csrf-token" content={@csrf_token}>`, without which no socket gets a session |
| `stylesheet` | the URL of the default stylesheet                                                           |
| `script`     | the URL of the browser client; load it with `defer`                                         |
| `colocated`  | tags for the head: the manifest of colocated hooks, and the stylesheet of colocated styles   |
| `flash`      | the messages to be shown, by kind                                                           |
| `csp_nonce`  | for the client's script, which tells it to the later mounts; None where the policy has none  |
| `assigns`    | the view's assigns                                                                          |
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from actorlive.live.process.dead import DeadPage
from actorlive.rendered import Rendered, Statics
from actorlive.template import (
    Component,
    Slot,
    SlotEntry,
    Template,
    component,
    heex,
    render_slot,
    render_to_string,
)
from actorlive.web.assets import Assets
from actorlive.web.policy import csp_nonce

__all__ = ["RootLayout", "render_document", "root_layout"]

RootLayout = Component[...]


@component
def root_layout(
    *,
    page_title: str = "",
    csrf_token: str,
    stylesheet: str,
    script: str,
    colocated: Markup,
    csp_nonce: str | None,
    lang: str = "en",
    inner_block: Slot,
) -> Template:
    """The default document. `#al-status` is where `socket.announce` speaks; it lives outside of every view."""
    return heex(
        """
        <!DOCTYPE html>
        <html lang={@lang}>
          <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="csrf-token" content={@csrf_token}>
            <.live_title>{@page_title}</.live_title>
            <link rel="icon" href="data:,">
            <link phx-track-static rel="stylesheet" href={@stylesheet}>
            {@colocated}
            <script defer phx-track-static src={@script} nonce={@csp_nonce}></script>
          </head>
          <body>
            {@page}
            <div id="al-status" class="sr-only" role="status" aria-live="polite"></div>
          </body>
        </html>
        """,
        page=render_slot(inner_block),
    )


def render_document(
    layout: RootLayout,
    container: Markup,
    page: DeadPage,
    csrf_token: str,
    assets: Assets,
    colocated: Markup,
) -> str:
    """The whole document of a dead render. A layout that takes no `colocated` has it in front of the page."""
    known: dict[str, Any] = {
        "page_title": page.page_title or "",
        "csrf_token": csrf_token,
        "stylesheet": assets.url("actorlive.css"),
        "script": assets.url("actorlive.js"),
        "colocated": colocated,
        "flash": page.flash,
        "csp_nonce": page.assigns.get("csp_nonce") or csp_nonce(),
        "assigns": page.assigns,
    }
    wanted = {name: value for name, value in known.items() if layout.signature.accepts(name)}
    content = container if "colocated" in wanted else colocated + container
    return render_to_string(layout(**wanted, inner_block=_slot(content)), {})


def _slot(content: Markup) -> Slot:
    """A slot that holds finished HTML."""
    tree = Rendered(Statics((str(content),)), ())
    return Slot((SlotEntry({}, lambda *_: tree, ({},)),))
