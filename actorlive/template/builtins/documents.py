"""What stands around a view: the document, its title, the flash, data for scripts, and views within views."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from actorlive.rendered import WHITE_SPACE, Markup, script_json, text
from actorlive.template.component import component
from actorlive.template.heex import heex
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.nesting import Nested, ViewClass
from actorlive.template.rendering.slots import Slot, render_slot

__all__ = ["flash_group", "json_script", "live_render", "live_title", "root_layout"]

_MAIN = re.compile(r"<main[\s>]", re.IGNORECASE)
_CLOSING = Markup("</script>")
_NO_SESSION: Mapping[str, object] = MappingProxyType({})


@component
def live_title(
    *, prefix: str | None = None, default: str | None = None, suffix: str | None = None, inner_block: Slot
) -> Template:
    """The page's `<title>`, which the client keeps up with `page_title`; `default` where that is blank."""
    content = str(render_slot(inner_block))
    return heex(
        "<title data-prefix={@prefix} data-default={@default} data-suffix={@suffix}>{@prefix}{@title}{@suffix}</title>",
        title=Markup(content) if content.strip(WHITE_SPACE) else default,
    )


@component
def flash_group(*, flash: Mapping[str, str], id: str = "flash-group") -> Template:
    """The flash messages, each with a button that closes it. Belongs into every page, or into the live layout."""
    return heex("""
      <div id={@id} class="al-flash-group">
        <div
          :for={kind, message in @flash.items()}
          :key={kind}
          class="al-flash"
          data-kind={kind}
          role="alert"
        >
          <span>{message}</span>
          <button type="button" phx-click="lv:clear-flash" phx-value-key={kind} aria-label="Close">×</button>
        </div>
      </div>
    """)


@component
def live_render(
    *,
    view: ViewClass,
    id: str,
    session: Mapping[str, object] = _NO_SESSION,
    container: object = None,
    sticky: bool = False,
) -> Template:
    """Another view within this one, or within a layout: a process of its own (`live_render/3`).

    `session` is what its `mount` receives beside the visitor's own: plain values as JSON has them, and pids.
    `container` is its element, by default the view's own. A `sticky` one lives on when the visitor navigates to
    another view.
    """
    return heex("{@nested}", nested=Nested(cast("Any", view), id, session, container, sticky))


@component
def root_layout(
    *,
    page_title: str = "",
    title: str | None = None,
    title_suffix: str | None = None,
    icon: str | None = None,
    csrf_token: str,
    stylesheet: str,
    stylesheets: Sequence[str] = (),
    color_scheme: str | None = None,
    script: str,
    colocated: Markup,
    csp_nonce: str | None,
    lang: str = "en",
    head: Slot = Slot.empty,
    scripts: Slot = Slot.empty,
    inner_block: Slot,
) -> Template:
    """The default document. `#al-status` is where `socket.announce` speaks; it lives outside of every view.

    `:head` goes to the end of the head, `:scripts` in front of the client's script, which both run before: an own
    layout that only adds something is `<.root_layout {@document}>` with these. The page stands in a `<main>`, unless it
    brings one.
    """
    page = str(render_slot(inner_block))
    return heex(
        """
        <!DOCTYPE html>
        <html lang={@lang}>
          <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta :if={@color_scheme} name="color-scheme" content={@color_scheme}>
            <meta name="csrf-token" content={@csrf_token}>
            <.live_title default={@title} suffix={@title_suffix}>{@page_title}</.live_title>
            <link :if={@icon} rel="icon" href={@icon}>
            <link phx-track-static rel="stylesheet" href={@stylesheet}>
            <link :for={url in @stylesheets} phx-track-static rel="stylesheet" href={url}>
            {@colocated}
            {render_slot(@scripts)}
            <script defer phx-track-static src={@script} nonce={@csp_nonce}></script>
            {render_slot(@head)}
          </head>
          <body>
            {@page}
            <div id="al-status" class="sr-only" role="status" aria-live="polite"></div>
          </body>
        </html>
        """,
        page=Markup(in_main(page)),
    )


def in_main(page: str) -> str:
    """The page in a `<main>`, unless it brings one."""
    return page if _MAIN.search(page) else f"<main>{page}</main>"


@component
def json_script(*, id: str, value: object) -> Template:
    """Data for a script, as JSON in a `<script type="application/json">`: nothing in it can end the element."""
    return heex(
        "{@opening}{@json}{@closing}", opening=_opening(id), json=script_json(value), closing=_CLOSING
    )


def _opening(id: str) -> Markup:
    return Markup(f'<script type="application/json" id="{text(id)}">')
